"""The pages of organisations: the directory, their own, and the forms of who answers for them."""

from typing import Any

from flask import g, url_for

from eak_core.api import (
    Answer,
    NotFound,
    ReasonForm,
    Session,
    _,
    attempt,
    communes,
    current_session,
    files_form,
    files_of,
    finish,
    form_page,
    hidden_reason,
    hidden_reasons,
    limited,
    matching,
    may,
    paginate,
    reads_first,
    render,
    require,
    save_files,
    shown_files,
    shown_for_all,
    takes_files,
)
from eak_matchmaking.models import Organisation, Presence, subject_of
from eak_matchmaking.offers.finding import offers_of
from eak_matchmaking.organisations import finding, members, registering, rights, standing
from eak_matchmaking.organisations.numbers import shown
from eak_matchmaking.organisations.wording import KIND_TITLES
from eak_matchmaking.pages.blueprint import blueprint
from eak_matchmaking.pages.forms import directory_form, profile_form
from eak_matchmaking.proposals.finding import pilots_of
from eak_matchmaking.subscribers import ORGANISATIONS

#: Under which name the files of organisations stand.
OWNER = "matchmaking"

limit_register = limited("matchmaking.register", "10/minute;30/day")


@blueprint.get("/")
@limited("matchmaking.search", "60/minute", reads=True)
def index() -> Answer:
    """The directory of the partners of a service."""
    session = current_session()
    form = directory_form(session)
    text = matching(session, g.service.id, ORGANISATIONS, form.text)
    page = paginate(session, finding.listed(g.service.id, form.filters(), *text))
    ids = [row.Organisation.id for row in page.items]
    mine = finding.own(session, g.actor.person_id)
    hidden = hidden_reasons(session, g.service.id, map(subject_of, ids))
    shown_here = [subject for subject in map(subject_of, ids) if subject not in hidden]
    files = shown_for_all(session, g.service.id, OWNER, shown_here)
    return form_page(
        "matchmaking/index.html",
        form,
        page=page,
        files={each: files.get(subject_of(each)) for each in ids},
        hidden={each for each in ids if subject_of(each) in hidden},
        places=_places(session),
        titles=KIND_TITLES,
        mine=mine,
        here={each.id for each in mine if g.service.id in each.stands_in()},
        coming={each.id for each in mine if registering.may_come(g.actor, g.service, each)},
        acting=finding.acting_for(session, g.actor, mine),
    )


def _places(session: Session) -> dict[str, str]:
    return {each.code: each.name for each in communes(session)}


@blueprint.get("/<int:organisation_id>")
def show(organisation_id: int) -> Answer:
    """The page of one organisation, also of one that closed."""
    session = current_session()
    organisation = finding.organisation_of(session, g.service, organisation_id)
    presence = session.get_one(Presence, (g.service.id, organisation.id))
    merged = organisation.merged_into_id
    answers = rights.answers(g.actor, g.service, organisation)
    because = hidden_reason(session, g.service.id, subject_of(organisation.id))
    reads = because is None or finding.reads_hidden(session, g.actor, g.service, organisation.id)
    files = shown_files(session, g.service.id, OWNER, subject_of(organisation.id))
    return render(
        "matchmaking/organisation.html",
        organisation=organisation,
        presence=presence,
        into=session.get(Organisation, merged) if merged else None,
        files=files if reads else None,
        because=because,
        reads=reads,
        runs=may(g.actor, "matchmaking.run", g.service),
        offers=offers_of(session, g.service.id, organisation.id),
        pilots=pilots_of(session, g.service.id, organisation.id),
        places=_places(session),
        kind=KIND_TITLES[organisation.kind],
        number=shown(organisation.identifier) if organisation.identifier else "",
        answers=answers,
        others_answer=_others_answer(session, organisation, answers=answers),
        member=finding.role_of(session, organisation.id, g.actor.person_id) is not None,
    )


def _others_answer(session: Session, organisation: Organisation, *, answers: bool) -> Any:
    """Who can change an organisation, for those who run the service and cannot; None for others."""
    if answers or organisation.closed_at or not may(g.actor, "matchmaking.run", g.service):
        return None
    return rights.who_answers(session, g.actor, g.service, organisation)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@reads_first
def new() -> Answer:
    """Present an organisation."""
    require(g.actor, "matchmaking.register", g.service)
    form = profile_form(current_session())

    @limit_register
    def act() -> Organisation:
        return registering.register(
            current_session(), g.actor, g.service, form.profile(), form_key=form.key
        )

    return attempt(
        form,
        act,
        done=lambda made: (_("Welcome! The page of your organisation is public."), place_of(made)),
    ) or form_page("matchmaking/profile.html", form, organisation=None)


@blueprint.route("/<int:organisation_id>/modifier", methods=["GET", "POST"])
def edit(organisation_id: int) -> Answer:
    """Change what an organisation says of itself."""
    session = current_session()
    organisation = answered_for(organisation_id)
    registering.require_open(organisation)
    form = profile_form(session, organisation)
    return attempt(
        form,
        lambda: registering.edit(
            session, g.actor, g.service, organisation, form.profile(), seen=form.seen.data
        ),
        done=lambda _none: (_("Your changes are public."), place_of(organisation)),
    ) or form_page("matchmaking/profile.html", form, organisation=organisation)


@blueprint.route("/<int:organisation_id>/fichiers", methods=["GET", "POST"])
@takes_files
@reads_first
def files(organisation_id: int) -> Answer:
    """The pictures and documents of an organisation."""
    session = current_session()
    organisation = answered_for(organisation_id)
    registering.require_open(organisation)
    subject = subject_of(organisation.id)
    form = files_form(files_of(session, g.service.id, OWNER, subject))
    return attempt(
        form,
        lambda: save_files(session, g.actor, g.service, OWNER, subject, form),
        done=lambda added: (
            _("Your files are kept. Say what each picture shows: it appears then.")
            if added
            else _("Your changes are public."),
            url_for(".files", organisation_id=organisation.id) if added else place_of(organisation),
        ),
    ) or form_page("matchmaking/files.html", form, organisation=organisation)


@blueprint.route("/<int:organisation_id>/fermer", methods=["GET", "POST"])
def close(organisation_id: int) -> Answer:
    """Let an organisation be no partner any more."""
    organisation, form = answered_for(organisation_id), ReasonForm()
    registering.require_open(organisation)
    return attempt(
        form,
        lambda: standing.close(
            current_session(), g.actor, g.service, organisation, form.reason.data or ""
        ),
        done=lambda _none: (_("The organisation is no longer a partner."), place_of(organisation)),
    ) or form_page("matchmaking/close.html", form, organisation=organisation)


@blueprint.post("/<int:organisation_id>/venir")
def come_too(organisation_id: int) -> Answer:
    """Bring an organisation of one's own, known in another service, to this one."""
    session = current_session()
    mine = finding.own(session, g.actor.person_id)
    organisation = next((each for each in mine if each.id == organisation_id), None)
    if organisation is None:
        raise NotFound
    registering.come_too(session, g.actor, g.service, organisation)
    return finish(_("Your organisation is a partner here, too."), place_of(organisation))


@blueprint.post("/<int:organisation_id>/agir")
def act_for(organisation_id: int) -> Answer:
    """Choose the organisation to act for."""
    session = current_session()
    organisation = finding.organisation_of(session, g.service, organisation_id)
    members.act_for(session, g.actor, g.service, organisation)
    said = _("You act for “%(name)s” from now on.", name=organisation.name)
    return finish(said, url_for(".index"))


def answered_for(organisation_id: int) -> Organisation:
    """An organisation that whoever asks answers for. `Forbidden` otherwise."""
    organisation = finding.organisation_of(current_session(), g.service, organisation_id)
    rights.require_answer(current_session(), g.actor, g.service, organisation)
    return organisation


def place_of(organisation: Organisation) -> str:
    """The address of an organisation's page."""
    return url_for("matchmaking.show", organisation_id=organisation.id)
