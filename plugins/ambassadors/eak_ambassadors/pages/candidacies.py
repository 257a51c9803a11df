"""Nominations that were agreed to: read and endorsed by colleagues, decided by a jury."""

from typing import Any

from flask import g, url_for

from eak_ambassadors.evidence.showing import lines
from eak_ambassadors.models import Nomination, Sitting
from eak_ambassadors.nominations import endorsing
from eak_ambassadors.pages.blueprint import blueprint
from eak_ambassadors.pages.forms import EndorsementForm, ReasonsForm, VoteForm
from eak_ambassadors.sittings import deciding, drawing
from eak_core.api import (
    Answer,
    NotFound,
    SignInRequired,
    _,
    _l,
    attempt,
    current_session,
    finish,
    form_page,
    limited,
    may,
    person_names,
    render,
    require,
)


@blueprint.get("/candidatures")
def candidacies() -> str:
    """The nominations under way, for agents of the administration."""
    require(g.actor, "ambassadors.endorse", g.service)
    session = current_session()
    found = endorsing.under_way(session, g.service)
    names = person_names(session, [each.nominee_id for each in found if each.nominee_id])
    return render("ambassadors/candidacies.html", found=found, names=names)


@blueprint.get("/candidatures/<int:nomination_id>")
def candidacy(nomination_id: int) -> str:
    """One nomination: what is said, who supports it, and its jury."""
    found, sitting = _read(nomination_id)
    return render("ambassadors/candidacy.html", **_shown(found, sitting))


@blueprint.route("/candidatures/<int:nomination_id>/soutenir", methods=["GET", "POST"])
@limited("ambassadors.endorse", "10/minute;60/day")
def endorse(nomination_id: int) -> Answer:
    """Say what one has seen."""
    require(g.actor, "ambassadors.endorse", g.service)
    found, sitting = _read(nomination_id)
    session, form = current_session(), EndorsementForm()
    form.for_service.choices = [(each.id, each.name) for each in endorsing.places(session, g.actor)]
    return attempt(
        form,
        lambda: endorsing.endorse(
            session, g.actor, g.service, found,
            for_service_id=form.for_service.data, comment=form.comment.data or "",
        ),
        done=(_("Thank you: what you say is signed."), _page(found)),
    ) or form_page("ambassadors/endorse.html", form, **_shown(found, sitting))  # fmt: skip


@blueprint.post("/candidatures/<int:nomination_id>/avis")
def vote(nomination_id: int) -> Answer:
    """Say yes or no, as a member of the jury."""
    found, sitting = _judged(nomination_id)
    form = VoteForm()
    return attempt(
        form,
        lambda: deciding.vote(
            current_session(), g.actor, g.service, sitting,
            favourable=form.favourable.data == "yes",
        ),
        done=(_("Your answer is kept. You can change it until the jury decides."), _page(found)),
    ) or form_page("ambassadors/vote.html", form, **_shown(found, sitting))  # fmt: skip


@blueprint.post("/candidatures/<int:nomination_id>/passer")
def excuse(nomination_id: int) -> Answer:
    """Pass one's seat in the jury on."""
    _found, sitting = _judged(nomination_id)
    deciding.excuse(current_session(), g.actor, g.service, sitting)
    return finish(_("Your seat is passed on. Thank you for saying so."), url_for(".juries"))


@blueprint.route("/candidatures/<int:nomination_id>/decider", methods=["GET", "POST"])
def decide(nomination_id: int) -> Answer:
    """Write the reasons of the jury."""
    found, sitting = _judged(nomination_id)
    form = ReasonsForm()
    return attempt(
        form,
        lambda: deciding.decide(
            current_session(), g.actor, g.service, sitting, form.reasons.data or ""
        ),
        done=(_("The jury has decided, and its reasons are passed on."), _page(found)),
    ) or form_page("ambassadors/decide.html", form, **_shown(found, sitting))


def _page(found: Nomination) -> str:
    return url_for("ambassadors.candidacy", nomination_id=found.id)


def _read(nomination_id: int) -> tuple[Nomination, Sitting | None]:
    """A nomination and its jury, for those who may read it. `NotFound` for all others."""
    if not g.actor.signed_in:
        raise SignInRequired(_l("Please sign in to do this."))
    session = current_session()
    found = endorsing.candidacy(session, g.service, nomination_id)
    sitting = drawing.sitting_for(session, found.id)
    concerned = g.actor.person_id in {found.nominee_id, found.nominator_id}
    juror = sitting is not None and may(g.actor, "ambassadors.judge", g.service, sitting)
    runs = may(g.actor, "ambassadors.run", g.service)
    # Of what a jury did not follow, those who have a part in it know alone.
    reader = found.closed_at is None and may(g.actor, "ambassadors.endorse", g.service)
    if not (concerned or juror or runs or reader):
        raise NotFound(_l("There is no nomination at this address."))
    return found, sitting


def _judged(nomination_id: int) -> tuple[Nomination, Sitting]:
    """A nomination whose jury the reader sits in. `NotFound` for all others."""
    found, sitting = _read(nomination_id)
    if sitting is None or deciding.seat_of(sitting, g.actor.person_id) is None:
        raise NotFound(_l("There is no jury at this address."))
    return found, sitting


def _shown(found: Nomination, sitting: Sitting | None) -> dict[str, Any]:
    session = current_session()
    people = [each for each in (found.nominee_id, found.nominator_id) if each is not None]
    names = person_names(session, people)
    seat = deciding.seat_of(sitting, g.actor.person_id) if sitting is not None else None
    agent = may(g.actor, "ambassadors.endorse", g.service)
    return {
        "nomination": found,
        "nominee": names.get(found.nominee_id or 0, ""),
        "nominator": names.get(found.nominator_id or 0),
        "endorsements": endorsing.endorsements(session, found.id),
        "needed": endorsing.NEEDED,
        "evidence": lines(session, g.actor, g.service, found.nominee_id or 0),
        "may_endorse": agent and endorsing.refusal(session, g.actor, found) is None,
        "sitting": sitting,
        "seat": seat,
        "vote_form": VoteForm(data={"favourable": _word(seat.favourable)}) if seat else None,
        "ready": sitting is not None and deciding.ready(sitting),
        "outcome": sitting is not None and deciding.outcome(sitting),
    }


def _word(favourable: bool | None) -> str | None:
    return None if favourable is None else "yes" if favourable else "no"
