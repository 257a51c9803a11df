"""Where somebody stands in the ballots of all services, on their own page: that they voted, and
never what."""

from sqlalchemy import select, tuple_

from eak_core.api import AccountLinks, Actor, NavItem, Service, Session, _l, in_paris, may, period
from eak_voting.ballots.finding import phase, settings_of
from eak_voting.casting.electorate import admission
from eak_voting.casting.receipts import voter_key
from eak_voting.models import Ballot, RegisterEntry

#: Among how many ballots, those that close last, the page looks.
LOOKED_AT = 30
#: How many of them it shows.
SHOWN = 5


def links(session: Session, actor: Actor) -> AccountLinks | None:
    """The latest ballots that ``actor`` voted in, and those that wait for their vote."""
    if actor.person_id is None:
        return None
    rows = session.execute(
        select(Ballot, Service)
        .join(Service, Service.id == Ballot.service_id)
        .where(Ballot.state != "draft", Ballot.origin.is_(None))
        .order_by(Ballot.closes_at.desc(), Ballot.id.desc())
        .limit(LOOKED_AT)
    ).all()
    voted = _voted(session, [ballot for ballot, _service in rows], actor.person_id)
    done = [_done(ballot, service) for ballot, service in rows if ballot.id in voted][:SHOWN]
    waiting = [
        NavItem(
            _l("Vote: %(title)s", title=ballot.title),
            "voting.show",
            _values(ballot, service),
            note=period(None, in_paris(ballot.closes_at).date()),
        )
        for ballot, service in reversed(rows)
        if ballot.id not in voted and _is_asked(session, actor, service, ballot)
    ][:SHOWN]
    return AccountLinks(_l("My votes"), done, waiting) if done or waiting else None


def _is_asked(session: Session, actor: Actor, service: Service, ballot: Ballot) -> bool:
    return (
        phase(ballot) == "open"
        and may(actor, "service.read", service)
        and admission(session, actor, service, settings_of(ballot).electorate).admitted
    )


def _voted(session: Session, ballots: list[Ballot], person_id: int) -> frozenset[int]:
    keys = [(each.id, voter_key(each.key, person_id)) for each in ballots]
    entry = tuple_(RegisterEntry.ballot_id, RegisterEntry.voter_key)
    return frozenset(session.scalars(select(RegisterEntry.ballot_id).where(entry.in_(keys))))


def _done(ballot: Ballot, service: Service) -> NavItem:
    notes = {
        "open": _l("voted; until the close you can change your vote"),
        "counted": _l("voted; the result is published"),
        "cancelled": _l("voted; the ballot was cancelled"),
    }
    note = notes.get(phase(ballot), _l("voted; the result is being counted"))
    return NavItem(ballot.title, "voting.show", _values(ballot, service), note=note)


def _values(ballot: Ballot, service: Service) -> dict[str, object]:
    return {"service_slug": service.slug, "ballot_id": ballot.id, "slug": ballot.slug}
