"""What every plugin keeps, kept by the matchmaking."""

from collections.abc import Iterable
from typing import ClassVar

from sqlalchemy import select

from eak_core.ideas.models import Idea
from eak_core.kit.testing.conformance import PluginConformance
from eak_core.kit.testing.filled import Chosen
from eak_core.kit.testing.site import Site
from eak_matchmaking.models import Need, Offer
from eak_matchmaking.proposals.tables import Proposal
from tests.plugins.matchmaking.acts import ORGANISATION_ACTS, invite
from tests.plugins.matchmaking.pilot_acts import PILOT_ACTS
from tests.plugins.matchmaking.resource_acts import RESOURCE_ACTS
from tests.plugins.matchmaking.suggestion_acts import SUGGESTION_ACTS


class TestMatchmaking(PluginConformance):
    plugin = "matchmaking"
    # Somebody is invited who has not answered yet.
    acts = (
        *ORGANISATION_ACTS,
        *RESOURCE_ACTS,
        *SUGGESTION_ACTS,
        *PILOT_ACTS,
        invite,
        invite,
    )
    rows: ClassVar[Chosen] = {"matchmaking_offer": {"capacity": 2, "taken": 1}}

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


def _about_proposal(page: str, standing: str) -> Iterable[str]:
    yield page
    managing = page.replace("/culture/", "/culture/gestion/")
    if standing == "open":
        yield from (f"{page}/{act}" for act in ("avis", "repondre", "retirer"))
        yield from (f"{managing}/{act}" for act in ("accepter", "demander", "decliner"))
    if standing == "accepted":
        yield from (f"{page}/{act}" for act in ("accord", "terminer"))
