"""A round is matched once: read, computed with no transaction open, and kept where the places and
the wishes are those that were read still."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import and_, func, insert, select

from eak_core.api import Idea, Moved, Service, Session, clock, public_ideas, publish
from eak_matchmaking.events import RoundClosed
from eak_matchmaking.matching import result
from eak_matchmaking.matching.finding import locked
from eak_matchmaking.matching.result import IdeaLeftOut, PartnerLeftOut, Result
from eak_matchmaking.matching.scoring import Scored, scored
from eak_matchmaking.matching.tables import MatchingRound, Pair, RoundIdea, Wish
from eak_matchmaking.models import Offer, Organisation, Presence
from eak_matchmaking.offers.finding import open_offers
from eak_matchmaking.organisations.finding import present
from eak_matchmaking.proposals.stages import takes_proposals
from eak_matchmaking.proposals.tables import Proposal
from eak_matchmaking.rounds import documents
from eak_matchmaking.rounds.disclosed import disclosed
from eak_matchmaking.rounds.instance import MOST_PLACES
from eak_matchmaking.rounds.outcome import outcome
from eak_matchmaking.rounds.preferences import Round
from eak_matchmaking.scoring.weights import POINTS
from eak_matchmaking.suggestions.exposure import Lists, lists_of
from eak_matchmaking.ties import Candidate

Wishes = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Who takes part, and what they wish. ``ideas`` by id, with when each became public; None where
    it cannot be read any more, or not be piloted where it stands (``stages``). ``partners`` with
    when they came, whether they are verified, and their places."""

    ideas: Mapping[int, datetime | None]
    stages: frozenset[int]
    partners: Mapping[int, tuple[datetime, bool, int]]
    by_ideas: Wishes
    by_partners: Wishes
    vetoes: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Matched:
    """What a round comes to: ``pairs`` as rows without their round."""

    facts: Facts
    seed: str
    document: bytes
    pairs: Sequence[dict[str, Any]]
    result: Result


def drawn() -> str:
    """A seed that nobody could know before."""
    return secrets.token_hex(32)


def read_round(
    session: Session, service: Service, name: str, due_at: datetime
) -> Callable[[], Matched] | None:
    """Read a round that takes no preferences any more, to be matched."""
    held = session.get(MatchingRound, int(name.partition(":")[2]))
    if held is None or held.state != "open":
        return None
    facts = facts_of(session, service.id, held)
    lists = lists_of(session, service, facts.ideas)
    return partial(matched, facts, lists, drawn())


def close_due(
    session: Session, service: Service, name: str, due_at: datetime, found: Matched
) -> None:
    """Publish what a round has come to: the pairs wait for a decision from now on. `Moved` where
    somebody wishes otherwise now, or takes no part any more."""
    # In the order of all who hold both: the organisations, then the round.
    ids = sorted({each["organisation_id"] for each in found.pairs})
    held_there = select(Organisation.id).where(Organisation.id.in_(ids)).order_by(Organisation.id)
    session.execute(held_there.with_for_update()).all()
    held = session.get(MatchingRound, int(name.partition(":")[2]))
    if held is None:
        return
    held = locked(session, held)
    if held.state != "open":
        return
    if facts_of(session, service.id, held) != found.facts:
        raise Moved("who takes part, or what they wish, is not what was matched any more")
    held.state, held.closed_at = "closed", clock.now()
    held.seed, held.document = found.seed, found.document.decode()
    held.document_hash = sha256(found.document).hexdigest() if found.document else ""
    held.result = result.written(found.result)
    session.flush()
    rows = [{"round_id": held.id, "standing": "waiting", "because": "", "reason": "", **each}
            for each in found.pairs]  # fmt: skip
    if rows:
        session.execute(insert(Pair), rows)
    happened = RoundClosed(
        round_id=held.id, pairs=len(rows), document_hash=held.document_hash or None
    )
    publish(session, happened, service_id=service.id)


def facts_of(session: Session, service_id: int, held: MatchingRound) -> Facts:
    """Who takes part in a round now, and what they wish, with five statements."""
    rows = session.execute(
        select(RoundIdea.idea_id, Idea.stage, Idea.submitted_at)
        .join(Idea, and_(Idea.id == RoundIdea.idea_id, *public_ideas(service_id)), isouter=True)
        .where(RoundIdea.round_id == held.id)
        .order_by(RoundIdea.idea_id)
    ).all()
    wishes = session.scalars(
        select(Wish)
        .where(Wish.round_id == held.id)
        .order_by(Wish.by, Wish.place, Wish.organisation_id, Wish.idea_id)
    ).all()
    by_ideas: dict[str, list[str]] = {}
    by_partners: dict[str, list[str]] = {}
    for each in wishes:
        if not each.place:
            continue
        if each.by == "idea":
            by_ideas.setdefault(str(each.idea_id), []).append(str(each.organisation_id))
        else:
            by_partners.setdefault(str(each.organisation_id), []).append(str(each.idea_id))
    piloted = session.execute(
        select(Proposal.idea_id, Proposal.organisation_id).where(
            Proposal.service_id == service_id,
            Proposal.standing == "accepted",
            Proposal.idea_id.in_([row.idea_id for row in rows]),
        )
    )
    return Facts(
        ideas={row.idea_id: row.submitted_at for row in rows},
        stages=frozenset(row.idea_id for row in rows if row.stage and takes_proposals(row.stage)),
        partners=_partners(session, service_id),
        by_ideas=by_ideas,
        by_partners=by_partners,
        vetoes=frozenset(
            (str(each.idea_id), str(each.organisation_id)) for each in wishes if not each.place
        )
        | frozenset((str(idea), str(organisation)) for idea, organisation in piloted),
    )


def _partners(session: Session, service_id: int) -> Mapping[int, tuple[datetime, bool, int]]:
    """The organisations with an open offer in a service, and for how many pilots more all their
    offers together are enough."""
    rows = session.execute(
        select(
            Offer.organisation_id, Presence.joined_at, Presence.verified_at,
            func.sum(Offer.capacity - Offer.taken),
        )
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .join(
            Presence,
            (Presence.organisation_id == Organisation.id) & (Presence.service_id == service_id),
        )
        .where(*open_offers(service_id), *present(service_id))
        .group_by(Offer.organisation_id, Presence.joined_at, Presence.verified_at)
        .order_by(Offer.organisation_id)
    )  # fmt: skip
    return {
        organisation_id: (joined_at, verified_at is not None, min(int(places), MOST_PLACES))
        for organisation_id, joined_at, verified_at, places in rows
    }


def matched(facts: Facts, lists: Lists, seed: str) -> Matched:
    """Match who takes part, which may take seconds: with no transaction open."""
    lacking = {need.idea for need in lists.needs}
    ideas = {
        str(idea_id): Candidate(str(idea_id), since)
        for idea_id, since in facts.ideas.items()
        if since is not None and idea_id in facts.stages and str(idea_id) in lacking
    }
    partners = {
        organisation_id: (joined_at, places)
        for organisation_id, (joined_at, verified, places) in facts.partners.items()
        if verified and places > 0
    }
    points = {pair: one for pair, one in scored(lists, partners).items() if pair[0] in ideas}
    of = Round(
        ideas=ideas,
        partners={str(each): Candidate(str(each), partners[each][0]) for each in partners},
        capacities={str(each): partners[each][1] for each in partners},
        scores={pair: one.points for pair, one in points.items()},
        seed=seed,
        declared_by_ideas=facts.by_ideas,
        declared_by_partners=facts.by_partners,
        vetoes=facts.vetoes,
    )
    found = outcome(of)
    if found.blocking:
        raise RuntimeError(f"a matching with blocking pairs is none: {found.blocking[:5]}")
    shown = disclosed(found.instance, found.matching)
    largest = {idea: to for idea, to in found.largest.matching.items() if to is not None}
    stable = {idea: to for idea, to in found.matching.items() if to is not None}
    scores: dict[str, dict[str, int]] = {}
    for idea, to in sorted({*stable.items(), *largest.items()}):
        scores.setdefault(idea, {})[to] = points[idea, to].points
    return Matched(
        facts,
        seed,
        documents.written(shown) if shown.proposers else b"",
        [_row(int(idea), int(to), points[idea, to]) for idea, to in sorted(stable.items())],
        Result(
            weights={kind: most for kind, most in lists.scale.most.items() if most},
            points=POINTS,
            places=dict(of.capacities),
            scores=scores,
            total=found.total,
            largest_total=found.largest.total,
            largest=largest,
            envious=len(found.blocking_largest),
            ideas_left_out=_ideas_left_out(facts, of, stable, shown.proposers, lacking),
            partners_left_out=_partners_left_out(facts, of, stable, shown.receivers),
        ),
    )


def _row(idea_id: int, organisation_id: int, one: Scored) -> dict[str, Any]:
    return {
        "idea_id": idea_id,
        "organisation_id": organisation_id,
        "offer_id": one.offer_id,
        "need_id": one.need_id,
        "score": one.points,
    }


def _ideas_left_out(
    facts: Facts,
    of: Round,
    stable: Mapping[str, str],
    asking: Mapping[str, Any],
    lacking: set[str],
) -> dict[str, IdeaLeftOut]:
    found: dict[str, IdeaLeftOut] = {}
    for idea_id, since in facts.ideas.items():
        name = str(idea_id)
        if since is None:
            found[name] = "gone"
        elif idea_id not in facts.stages:
            found[name] = "stage"
        elif name not in lacking:
            found[name] = "no_need"
        elif name not in stable:
            found[name] = "refused" if name in asking else "nobody"
    return found


def _partners_left_out(
    facts: Facts, of: Round, stable: Mapping[str, str], asked: Mapping[str, Any]
) -> dict[str, PartnerLeftOut]:
    matched_ = set(stable.values())
    acceptable = {partner for _idea, partner in of.acceptable()}
    found: dict[str, PartnerLeftOut] = {}
    for organisation_id, (_joined, verified, places) in facts.partners.items():
        name = str(organisation_id)
        if not verified:
            found[name] = "unverified"
        elif places <= 0:
            found[name] = "no_place"
        elif name not in acceptable:
            found[name] = "nobody"
        elif name not in matched_:
            found[name] = "not_asked"
    return found
