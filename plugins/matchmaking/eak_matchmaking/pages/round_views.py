"""The pages of matching rounds that everybody reads: the list, a round with its proof, and the file
with which it can be matched again."""

from collections.abc import Iterator
from typing import Any

from flask import Response, g

from eak_core.api import (
    Answer,
    NotFound,
    Service,
    Session,
    Today,
    _,
    _l,
    current_session,
    fragment,
    limited,
    may,
    open_data,
    paginate,
    render,
    valid_until,
)
from eak_matchmaking import wording
from eak_matchmaking.matching import finding, result
from eak_matchmaking.matching.proof import proof_of
from eak_matchmaking.matching.tables import MatchingRound
from eak_matchmaking.organisations.finding import names_of
from eak_matchmaking.pages import proposal_words, round_words, wish_views
from eak_matchmaking.pages.blueprint import blueprint

#: So many refusals are told of one idea.
MOST_REFUSALS = 5


@blueprint.get("/appels")
def rounds() -> Answer:
    """The matching rounds of a service, the latest first."""
    session = current_session()
    page = paginate(session, finding.rounds_of(g.service.id))
    for each in page.items:
        _until(each)
    return render(
        "matchmaking/rounds.html",
        page=page,
        counts=finding.waiting_pairs(session, [each.id for each in page.items]),
        phase=finding.phase,
        words=round_words,
        managing=may(g.actor, "matchmaking.run", g.service),
    )


@blueprint.get("/appels/<int:round_id>")
def matching_round(round_id: int) -> Answer:
    """One round: who takes part, and once it was matched what came of it, with the proof."""
    session = current_session()
    held = finding.round_of(session, g.service, round_id)
    _until(held)
    ideas = finding.ideas_in(session, g.service.id, held)
    return render(
        "matchmaking/round.html",
        held=held,
        phase=finding.phase(held),
        ideas=ideas,
        wishes=wish_views.links(session, g.actor, held, ideas),
        words=round_words,
        managing=may(g.actor, "matchmaking.run", g.service),
        **(_came_to(session, held) if held.state == "closed" else {}),
    )


@blueprint.get("/appels/<int:round_id>.json")
@limited("matchmaking.file", "20/minute;200/day", reads=True)
def round_file(round_id: int) -> Response:
    """The instance of a round, exactly as it is kept: ``eak matchmaking match`` reads it."""
    held = finding.round_of(current_session(), g.service, round_id)
    if not held.document:
        raise NotFound(_l("There is no file at this address."))
    name = f"{g.service.slug}-appel-{held.id}.json"
    return open_data.download([held.document], "application/json", name)


def home_section(session: Session, service: Service) -> Iterator[Today]:
    """The round that is open, on the home page of a service."""
    held = finding.open_round(session, service.id)
    if held is not None and finding.phase(held) == "open":
        _until(held)
        yield Today(fragment("matchmaking/home_round.html", held=held), held.closes_at)


def _until(held: MatchingRound) -> None:
    if finding.phase(held) == "open":
        valid_until(held.closes_at)


def _came_to(session: Session, held: MatchingRound) -> dict[str, Any]:
    """What a round has come to, with the names of all."""
    found, proof = result.read(held.result), proof_of(held)
    pairs = finding.pairs_of(session, held)
    named = {each.organisation_id for each in pairs}
    named |= {int(name) for name in (*found.places, *found.partners_left_out)}
    partners = names_of(session, named)
    names = {str(key): each.name for key, each in partners.items()}
    refusals = proof.refusals if proof else {}
    return {
        "result": found,
        "proof": proof,
        "pairs": pairs,
        "proposals": finding.proposals_of(session, pairs),
        "standings": proposal_words.STANDINGS,
        "partners": partners,
        "waiting": sum(each.standing == "waiting" for each in pairs),
        "stable": dict(proof.matching) if proof else {},
        "refused": {
            idea: [wording.refusal_words(each, names) for each in told[:MOST_REFUSALS]]
            for idea, told in refusals.items()
        },
        "more_refused": {
            idea: max(len(told) - MOST_REFUSALS, 0) for idea, told in refusals.items()
        },
        "differing": sorted(
            {
                idea
                for idea in {*found.largest, *(proof.matching if proof else ())}
                if found.largest.get(idea) != (proof.matching.get(idea) if proof else None)
            },
            key=int,
        ),
        "part_titles": {str(kind): title for kind, title in wording.part_titles().items()},
        "nobody": _("nobody"),
    }
