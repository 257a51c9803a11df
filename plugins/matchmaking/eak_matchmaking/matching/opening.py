"""Those who run a service open a matching round, end it before its date, or call it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from eak_core.api import (
    REASON_LENGTH,
    Actor,
    Conflict,
    Invalid,
    Service,
    Session,
    _l,
    checked_text,
    clock,
    insert_once,
    publish,
    require,
    schedule,
    unschedule,
)
from eak_matchmaking.events import RoundCancelled, RoundEnded, RoundOpened
from eak_matchmaking.manifest import plugin
from eak_matchmaking.matching.finding import MOST_IDEAS, candidates, locked
from eak_matchmaking.matching.tables import MatchingRound, RoundIdea
from eak_matchmaking.models import NAME_LENGTH, TEXT_LENGTH
from eak_matchmaking.proposals.keeping import NO_REASON, said

#: How long after its end a round is matched. What was sent before may still be waiting for its
#: turn: for a thread at most fifteen seconds, then for a lock at most ten, the limits of the server
#: and of the database session.
GRACE = timedelta(seconds=30)
#: Preferences can be declared for so long at most.
LONGEST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class RoundTerms:
    """A round as it was typed; ``closes_at`` is aware."""

    title: str
    text: str
    closes_at: datetime | None
    ideas: Sequence[int]


def open_round(
    session: Session,
    actor: Actor,
    service: Service,
    terms: RoundTerms,
    *,
    form_key: str | None = None,
) -> MatchingRound:
    """Let ideas and partners of ``service`` declare whom they prefer, until ``terms.closes_at``.

    A second call with the same ``form_key`` answers the first one's round. `Invalid` names each
    field that is wrong: title, text, closes_at, ideas; `Conflict` where a round is open already.
    """
    require(actor, "matchmaking.run", service)
    first = _sent_before(session, actor, service, form_key)
    if first is not None:
        return first
    values, ideas = _checked(session, service, terms)
    row = values | {
        "service_id": service.id,
        "state": "open",
        "opened_at": clock.now(),
        "opened_by": actor.person_id,
        "form_key": form_key,
    } | dict.fromkeys(
        ("ended_because", "cancelled_because", "seed", "document", "document_hash", "result"), ""
    )  # fmt: skip
    round_id = insert_once(session, MatchingRound, row, MatchingRound.id)
    if round_id is None:
        raise Conflict(
            _l(
                "Nothing was opened: a matching round of this service is open already. Let it be"
                " matched first, or call it off."
            )
        )
    session.execute(insert(RoundIdea), [{"round_id": round_id, "idea_id": each} for each in ideas])
    made = session.get_one(MatchingRound, round_id)
    _match_at(session, made, made.closes_at)
    publish(
        session, RoundOpened(round_id=round_id), service_id=service.id, actor_id=actor.person_id
    )
    return made


def end_round(
    session: Session, actor: Actor, service: Service, held: MatchingRound, reason: str
) -> None:
    """Let nothing more be declared, and match a round now. Before its date that asks for a public
    ``reason``; after it, it is only not waited for any longer. `Conflict` where it was matched or
    called off."""
    require(actor, "matchmaking.run", service)
    held = locked(session, held)
    ensure_open(held)
    now = clock.now()
    if held.closes_at <= now:
        _match_at(session, held, now - GRACE)
        return
    held.ended_because, held.closes_at = said(reason, "reason", NO_REASON, most=REASON_LENGTH), now
    _match_at(session, held, now)
    session.flush()
    happened = RoundEnded(round_id=held.id)
    publish(session, happened, service_id=service.id, actor_id=actor.person_id)


def cancel_round(
    session: Session, actor: Actor, service: Service, held: MatchingRound, reason: str
) -> None:
    """Call a round off, for a public ``reason``: nobody is matched. `Conflict` where it was matched
    or called off."""
    require(actor, "matchmaking.run", service)
    held = locked(session, held)
    ensure_open(held)
    held.cancelled_because = said(reason, "reason", NO_REASON, most=REASON_LENGTH)
    held.state, held.closed_at = "cancelled", clock.now()
    unschedule(session, plugin.name, held.service_id, matching_of(held))
    session.flush()
    happened = RoundCancelled(round_id=held.id)
    publish(session, happened, service_id=service.id, actor_id=actor.person_id)


def matching_of(held: MatchingRound) -> str:
    """How the matching of a round is called among what is due by itself."""
    return f"match_round:{held.id}"


def _match_at(session: Session, held: MatchingRound, end: datetime) -> None:
    schedule(session, plugin.name, held.service_id, matching_of(held), end + GRACE)


def ensure_open(held: MatchingRound) -> None:
    """Return where a round was not matched yet, nor called off; `Conflict` otherwise."""
    if held.state == "closed":
        raise Conflict(_l("Nothing was changed: this round was matched already."))
    if held.state != "open":
        raise Conflict(_l("Nothing was changed: this round was called off."))


def _sent_before(
    session: Session, actor: Actor, service: Service, form_key: str | None
) -> MatchingRound | None:
    if form_key is None:
        return None
    first = session.scalar(
        select(MatchingRound).filter_by(opened_by=actor.person_id, form_key=form_key)
    )
    if first is not None and first.service_id != service.id:
        raise Conflict(_l("This form was already sent, in another service."))
    return first


def _checked(
    session: Session, service: Service, terms: RoundTerms
) -> tuple[dict[str, Any], Sequence[int]]:
    wrong: dict[str, Any] = {}
    title = checked_text(terms.title, "title", wrong, most=NAME_LENGTH, line=True)
    text = checked_text(terms.text, "text", wrong, most=TEXT_LENGTH)
    if not title:
        wrong["title"] = _l("Give the round a title.")
    now = clock.now()
    if terms.closes_at is None:
        wrong["closes_at"] = _l("Say until when preferences can be declared.")
    elif terms.closes_at <= now:
        wrong["closes_at"] = _l("This instant has passed.")
    elif terms.closes_at > now + LONGEST:
        wrong["closes_at"] = _l("A round is open for one year at most.")
    ideas = tuple(dict.fromkeys(terms.ideas))
    if not ideas:
        wrong["ideas"] = _l("Choose at least one idea.")
    elif len(ideas) > MOST_IDEAS:
        wrong["ideas"] = _l("At most %(most)s ideas take part in one round.", most=MOST_IDEAS)
    elif not {each.id for each in candidates(session, service.id)}.issuperset(ideas):
        wrong["ideas"] = _l(
            "One of these ideas no longer looks for a partner. Please choose again."
        )
    if wrong:
        raise Invalid(_l("The round was not opened. What you typed is kept."), wrong)
    return {"title": title, "text": text, "closes_at": terms.closes_at}, ideas
