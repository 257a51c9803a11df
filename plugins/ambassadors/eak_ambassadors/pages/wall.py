"""The ambassadors of a service, what being one means, and what each lets the page show."""

from flask import g, url_for
from sqlalchemy import select

from eak_ambassadors.evidence.showing import lines
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Badge, subject_of
from eak_ambassadors.pages.blueprint import blueprint
from eak_ambassadors.pages.forms import present_form, wall_form
from eak_ambassadors.recognition import renewing, terms
from eak_core.api import (
    Answer,
    _,
    attempt,
    current_session,
    files_form,
    files_of,
    finish,
    form_page,
    may,
    person_names,
    reads_first,
    render,
    save_files,
    shown_files,
    shown_for_all,
    subjects_of,
    takes_files,
    valid_until,
)


@blueprint.get("/")
def index() -> Answer:
    """The ambassadors of a service, as far as each lets the page show them."""
    session = current_session()
    form = wall_form(session, g.service.id)
    about = (form.sujet.data or "") if form.validate() else ""
    every = terms.shown(session, g.service.id)
    found = [each for each in every if not about or about in each.codes]
    if (ends := terms.ends_at(session, g.service.id)) is not None:
        valid_until(ends)
    files = shown_for_all(session, g.service.id, plugin.name, [each.subject for each in found])
    return form_page(
        "ambassadors/index.html",
        form,
        found=found,
        filters=bool(every),
        subjects={each.code: each.name for each in subjects_of(session, g.service.id)},
        names=person_names(session, [each.person_id for each in found if each.person_id]),
        files=files,
        own=terms.own(session, g.actor, g.service),
        agent=may(g.actor, "ambassadors.endorse", g.service),
    )


@blueprint.get("/<int:ambassador_id>")
def show(ambassador_id: int) -> str:
    """One ambassador, whom the wall names."""
    session = current_session()
    found = terms.ambassador_of(session, g.service, ambassador_id)
    valid_until(found.until)
    badge = session.scalar(
        select(Badge)
        .where(Badge.ambassador_id == found.id, Badge.revoked_at.is_(None))
        .order_by(Badge.issued_at.desc())
        .limit(1)
    )
    return render(
        "ambassadors/ambassador.html",
        ambassador=found,
        name=person_names(session, [found.person_id or 0]).get(found.person_id or 0, ""),
        files=shown_files(session, g.service.id, plugin.name, found.subject),
        badge=badge,
        evidence=lines(session, g.actor, g.service, found.person_id or 0),
    )


@blueprint.get("/etre-ambassadeur")
def about() -> str:
    """What being an ambassador is, and what it is not."""
    return render("ambassadors/about.html")


@blueprint.route("/moi", methods=["GET", "POST"])
def me() -> Answer:
    """What the page shows of oneself, one's badge, and the way out."""
    session = current_session()
    found = terms.require_own(session, g.actor, g.service)
    shown = {each: getattr(found, each) for each in ("shown", "words", "knows")}
    form = present_form(session, g.service.id, {**shown, "subjects": found.codes})
    badges = session.scalars(
        select(Badge).where(Badge.ambassador_id == found.id, Badge.revoked_at.is_(None))
    ).all()
    return attempt(
        form,
        lambda: terms.present(
            session, g.actor, g.service,
            shown=bool(form.shown.data), words=form.words.data or "",
            knows=form.knows.data or "", subjects=form.subjects.data or (),
        ),
        done=(_("Your changes are kept."), url_for("ambassadors.me")),
    ) or form_page("ambassadors/me.html", form, ambassador=found, badges=badges,
        may_renew=renewing.may_ask(found),
    )  # fmt: skip


@blueprint.route("/moi/portrait", methods=["GET", "POST"])
@takes_files
@reads_first
def portrait() -> Answer:
    """One's portrait, which the page shows with its description."""
    session = current_session()
    found = terms.require_own(session, g.actor, g.service)
    subject = subject_of(found.id)
    form = files_form(files_of(session, g.service.id, plugin.name, subject), pictures_only=True)
    return attempt(
        form,
        lambda: save_files(session, g.actor, g.service, plugin.name, subject, form),
        done=lambda added: (
            _("Your picture is kept. Say what it shows: it appears then.")
            if added
            else _("Your changes are kept."),
            url_for(".portrait" if added else ".me"),
        ),
    ) or form_page("ambassadors/portrait.html", form)


@blueprint.post("/moi/quitter")
def leave() -> Answer:
    """Be an ambassador no more, at once."""
    terms.leave(current_session(), g.actor, g.service)
    return finish(
        _("You have left. Nothing of you is shown any more, and your badge is revoked."),
        url_for("ambassadors.index"),
    )
