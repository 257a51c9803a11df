"""The public pages of ballots: the list of all, and the page of each with its two buttons."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import g, redirect
from sqlalchemy import select
from werkzeug.wrappers import Response

from eak_core.api import (
    AccountLinks,
    Answer,
    Gone,
    NavItem,
    Service,
    Session,
    Today,
    _,
    _l,
    clock,
    communes,
    current_session,
    finish,
    fragment,
    in_stage,
    limited,
    ngettext,
    paginate,
    render,
    valid_until,
)
from eak_voting.ballots import frozen
from eak_voting.ballots.finding import (
    ballot_for,
    ballot_of,
    current_ballots,
    phase,
    settings_of,
    terms_of,
)
from eak_voting.casting import reminders
from eak_voting.casting.standing import standing
from eak_voting.models import Ballot
from eak_voting.pages import explained, wording
from eak_voting.pages.blueprint import ballot_url, blueprint
from eak_voting.pages.booth.ordering import reader_key
from eak_voting.pages.booth.paper import lines
from eak_voting.pages.booth.voter_session import envelope, kept_choices
from eak_voting.pages.calendar import timeline
from eak_voting.pages.explained import stands
from eak_voting.publishing.masking import told
from eak_voting.settings import Settings
from eak_voting.subscribers import voters_so_far

PER_PAGE = 20
#: How many ballots the home page of a service shows.
ON_HOME = 3
#: How many ballots the portal shows, and of how many services that ideas wait for support.
ON_PORTAL = 6
#: The stage of ideas that nobody has looked at yet: support tells which to look at first.
WAITING = "submitted"


@blueprint.get("/")
def index() -> Answer:
    """The ballots of a service: those that are open first, then what comes, then what was."""
    session = current_session()
    now = clock.now()
    current = current_ballots(session, g.service.id)
    past = paginate(session, _past(g.service, now), per_page=PER_PAGE)
    shown = [*current, *past.items]
    return render(
        "voting/index.html",
        open_now=[each for each in current if phase(each) == "open"],
        upcoming=[each for each in current if phase(each) == "upcoming"],
        calendar=timeline(current) if len(current) > 1 else None,
        past=past,
        stands={each.id: stands(each) for each in shown},
        words=wording,
        ballot_url=ballot_url,
    )


def home_section(session: Session, service: Service) -> Iterator[Today]:
    """The ballots that take votes now, on the home page of a service, and how many ideas wait for
    support; nothing where there are none."""
    current = current_ballots(session, service.id)
    for each in current:
        if phase(each) == "upcoming":
            valid_until(each.opens_at)
    shown = [each for each in current if phase(each) == "open"][:ON_HOME]
    if shown:
        section = fragment(
            "voting/home_ballots.html",
            ballots=shown,
            stands={each.id: stands(each) for each in shown},
            words=wording,
            ballot_url=ballot_url,
        )
        yield Today(section, shown[0].closes_at)
    number = in_stage(session, [service.id], WAITING).get(service.id)
    if number and service.archived_at is None:
        yield Today(fragment("voting/home_support.html", number=number, stage=WAITING))


def open_now(session: Session, services: Sequence[Service]) -> AccountLinks | None:
    """The ballots of ``services`` that take votes now, those that end first before the others, and
    where ideas wait for support."""
    named = {service.id: service for service in services}
    now = clock.now()
    query = (
        select(Ballot.id, Ballot.slug, Ballot.title, Ballot.service_id, Ballot.closes_at)
        .where(
            Ballot.service_id.in_(named),
            Ballot.state.in_(("announced", "open")),
            Ballot.opens_at <= now,
            Ballot.closes_at > now,
        )
        .order_by(Ballot.closes_at, Ballot.id)
        .limit(ON_PORTAL)
    )
    links = []
    for row in session.execute(query):
        service = named[row.service_id]
        left, until = explained.time_left(row.closes_at)
        valid_until(until)
        label = _(
            "Vote: %(title)s (%(service)s) – %(left)s",
            title=row.title,
            service=service.name,
            left=left,
        )
        values = {"service_slug": service.slug, "ballot_id": row.id, "slug": row.slug}
        links.append(NavItem(label, "voting.show", values))
    numbers = in_stage(session, named, WAITING)
    for service_id in sorted(numbers, key=lambda each: (-numbers[each], each))[:ON_PORTAL]:
        service = named[service_id]
        label = ngettext(
            "Support: %(num)s idea waits for it (%(service)s)",
            "Support: %(num)s ideas wait for it (%(service)s)",
            numbers[service_id],
            service=service.name,
        )
        values = {"service_slug": service.slug, "etape": WAITING}
        links.append(NavItem(label, "ideas.index", values))
    return AccountLinks(_l("What you can do now"), links) if links else None


def _past(service: Service, now: datetime) -> Any:
    """What is over, the latest first."""
    return (
        select(Ballot)
        .where(
            Ballot.service_id == service.id,
            Ballot.state.in_(("closed", "counted", "cancelled"))
            | (Ballot.state.in_(("announced", "open")) & (Ballot.closes_at <= now)),
        )
        .order_by(Ballot.closes_at.desc(), Ballot.id.desc())
    )


@blueprint.get("/<int:ballot_id>")
@blueprint.get("/<int:ballot_id>-<slug>")
def show(ballot_id: int, slug: str = "") -> Answer:
    """The page of a ballot: what it is about, until when, how it works, and what one can do."""
    session = current_session()
    ballot = ballot_for(session, g.actor, g.service, ballot_id)
    if slug != ballot.slug:
        return redirect(ballot_url(ballot), 301)
    return render(
        "voting/show.html",
        ballot=ballot,
        **described(session, g.service, ballot),
        standing=standing(session, g.actor, g.service, ballot),
        turnout=_turnout(session, ballot),
        # What waits in the browser is shown to those who are signed in: their pages are not kept.
        begun=g.actor.signed_in and kept_choices(ballot.id) is not None,
        sent=envelope(ballot.id, g.actor.person_id) if g.actor.signed_in else None,
    )


@blueprint.get("/<int:ballot_id>/options/<int:number>")
def voted(ballot_id: int, number: int) -> Answer:
    """What is voted on under ``number``, whole, as it stood when the ballot opened."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    text = frozen.whole_text(session, ballot, number)
    line = frozen.shown(session, g.service, terms_of(session, g.service, ballot))[number]
    if line.hidden is not None:
        raise Gone(told(number, line.hidden))
    return render(
        "voting/voted_text.html", ballot=ballot, ballot_url=ballot_url, text=text, idea=line.idea
    )


def described(session: Session, service: Service, ballot: Ballot) -> dict[str, Any]:
    """What the page of a ballot says to everybody."""
    terms = terms_of(session, service, ballot)
    settings = terms.settings
    return {
        "terms": terms,
        "stands": stands(ballot),
        "words": wording,
        "method": explained.method_explained(settings),
        "electorate": explained.electorate_explained(settings, communes_of(session, settings)),
        "secrecy": explained.secrecy_explained(settings),
        "publication": explained.publication_explained(settings),
        "quorum": explained.quorum_explained(settings),
        "paper": lines(session, service, terms, reader_key()),
    }


def communes_of(session: Session, settings: Settings) -> dict[str, str]:
    """The names of communes, where the electorate needs them."""
    if settings.electorate.who != "inhabitants":
        return {}
    return {each.code: each.name for each in communes(session)}


def _turnout(session: Session, ballot: Ballot) -> int | None:
    """How many voted so far, as far as the ballot lets anybody know; None where it does not."""
    if phase(ballot) != "open" or settings_of(ballot).publication == "after_close":
        return None
    return turnout_so_far(session, ballot)


def turnout_so_far(session: Session, ballot: Ballot) -> int:
    """How many voted so far, for a page that is asked for again with the next minute: single votes
    do not say that it changed."""
    valid_until(clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1))
    return voters_so_far(session, ballot)


limit_reminders = limited("voting.remind", "30/minute;300/day")


@blueprint.post("/<int:ballot_id>/rappel")
@limit_reminders
def remind(ballot_id: int) -> Response:
    """Let the person be reminded by mail."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    reminders.ask(session, g.actor, g.service, ballot)
    message = _("We will remind you by mail, unless you have voted by then.")
    return finish(message, ballot_url(ballot), code=303)


@blueprint.post("/<int:ballot_id>/rappel/oublier")
@limit_reminders
def forget_reminder(ballot_id: int) -> Response:
    """Let the person not be reminded."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    reminders.forget(session, g.actor, ballot)
    return finish(_("You will not be reminded of this ballot."), ballot_url(ballot), code=303)
