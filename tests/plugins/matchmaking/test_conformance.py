"""What every plugin keeps, kept by the matchmaking."""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

import pytest
from sqlalchemy import select

from eak_core.ideas.models import Idea
from eak_core.kit.testing.conformance import CompanyConformance, PluginConformance
from eak_core.kit.testing.filled import Chosen
from eak_core.kit.testing.site import Site
from eak_matchmaking.encoder import LENGTH
from eak_matchmaking.matching import closing
from eak_matchmaking.matching.tables import MatchingRound, Pair
from eak_matchmaking.models import Need, Offer
from eak_matchmaking.proposals.tables import Proposal
from tests.plugins.discussion.test_conformance import comment
from tests.plugins.matchmaking.acts import ORGANISATION_ACTS, invite, register, verify
from tests.plugins.matchmaking.encoding import install
from tests.plugins.matchmaking.pilot_acts import PILOT_ACTS, decide, propose
from tests.plugins.matchmaking.resource_acts import RESOURCE_ACTS, publish
from tests.plugins.matchmaking.round_acts import ROUND_ACTS
from tests.plugins.matchmaking.suggestion_acts import SUGGESTION_ACTS


@pytest.fixture(scope="module", autouse=True)
def _encoder_of_tests() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        install(patched)
        yield


class TestMatchmaking(PluginConformance):
    plugin = "matchmaking"
    # Somebody is invited who has not answered yet.
    acts = (
        *ORGANISATION_ACTS,
        *RESOURCE_ACTS,
        *SUGGESTION_ACTS,
        *PILOT_ACTS,
        *ROUND_ACTS,
        invite,
        invite,
    )
    rows: ClassVar[Chosen] = {
        "matchmaking_offer": {"capacity": 2, "taken": 1},
        "matchmaking_meaning": {"vector": bytes(LENGTH)},
    }

    @pytest.fixture(autouse=True)
    def same_lots(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is drawn at random is drawn alike in two lives that are compared."""
        monkeypatch.setattr(closing, "drawn", lambda: "5eed" * 16)

    def pages(self, site: Site) -> Iterable[str]:
        here = "/culture/partenaires"
        with site.reading() as session:
            offers = session.scalars(select(Offer.id).order_by(Offer.id)).all()
            needs = session.scalars(select(Need.id).order_by(Need.id)).all()
            ideas = session.scalars(select(Idea.id).order_by(Idea.id)).all()
            proposals = session.scalars(select(Proposal).order_by(Proposal.id)).all()
            public = session.scalars(
                select(Offer.id).where(Offer.published_at.is_not(None)).order_by(Offer.id)
            ).all()
            rounds = session.scalars(select(MatchingRound).order_by(MatchingRound.id)).all()
            pairs = session.scalars(select(Pair).order_by(Pair.round_id, Pair.idea_id)).all()
        yield from _about_rounds(rounds, pairs)
        yield "/culture/gestion/partenaires/appels/nouveau"
        for offer_id in public[:1]:
            yield f"/culture/gestion/partenaires/offres/{offer_id}/masquer"
            yield f"/culture/gestion/partenaires/offres/{offer_id}/retablir"
        for offer_id in offers[:1]:
            yield f"{here}/offres/{offer_id}"
            yield f"{here}/offres/{offer_id}/modifier"
            yield f"{here}/offres/{offer_id}/terminer"
        for need_id in needs[:1]:
            for act in ("", "/modifier", "/retirer", "/trouve", "/pas-pour-nous"):
                yield f"{here}/besoins/{need_id}{act}"
        for standing in ("open", "accepted", "declined"):
            for each in [one for one in proposals if one.standing == standing][:1]:
                yield from _about_proposal(f"{here}/propositions/{each.id}", standing)
                yield f"{here}/{each.organisation_id}/propositions"
        for idea_id in ideas[:1]:
            yield f"{here}/idees/{idea_id}/proposer"
            yield f"{here}/idees/{idea_id}/besoins/nouveau"
            yield f"{here}/idees/{idea_id}/suggestions"
        yield f"{here}/suggestions"


class TestMatchmakingInCompany(CompanyConformance):
    plugin = "matchmaking"
    acts = (register, verify, publish, propose, decide)
    others = (comment,)

    def pages(self, site: Site) -> Iterable[str]:
        return TestMatchmaking().pages(site)


def _about_proposal(page: str, standing: str) -> Iterable[str]:
    yield page
    managing = page.replace("/culture/", "/culture/gestion/")
    if standing == "open":
        yield from (f"{page}/{act}" for act in ("avis", "repondre", "retirer"))
        yield from (f"{managing}/{act}" for act in ("accepter", "demander", "decliner"))
    if standing == "accepted":
        yield from (f"{page}/{act}" for act in ("accord", "terminer"))


def _about_rounds(rounds: Sequence[MatchingRound], pairs: Sequence[Pair]) -> Iterable[str]:
    here, desk = "/culture/partenaires/appels", "/culture/gestion/partenaires/appels"
    for state in ("open", "closed", "cancelled"):
        for held in [one for one in rounds if one.state == state][:1]:
            yield f"{here}/{held.id}"
            yield f"{here}/{held.id}/preferences"
            if state == "open":
                yield from (f"{desk}/{held.id}/{act}" for act in ("clore", "annuler"))
    for pair in [one for one in pairs if one.standing == "waiting"][:1]:
        about = f"{pair.round_id}/idees/{pair.idea_id}"
        yield from (f"{desk}/{about}/{act}" for act in ("confirmer", "decliner"))
        yield f"{here}/{about}/preferences"
