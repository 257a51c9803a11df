"""What every plugin keeps, kept by the matchmaking."""

from collections.abc import Iterable
from typing import ClassVar

from sqlalchemy import select

from eak_core.ideas.models import Idea
from eak_core.kit.testing.conformance import PluginConformance
from eak_core.kit.testing.filled import Chosen
from eak_core.kit.testing.site import Site
from eak_matchmaking.models import Need, Offer
from tests.plugins.matchmaking.acts import ORGANISATION_ACTS, invite
from tests.plugins.matchmaking.resource_acts import RESOURCE_ACTS
from tests.plugins.matchmaking.suggestion_acts import SUGGESTION_ACTS


class TestMatchmaking(PluginConformance):
    plugin = "matchmaking"
    # Somebody is invited who has not answered yet.
    acts = (*ORGANISATION_ACTS, *RESOURCE_ACTS, *SUGGESTION_ACTS, invite, invite)
    rows: ClassVar[Chosen] = {"matchmaking_offer": {"capacity": 2, "taken": 1}}

    def pages(self, site: Site) -> Iterable[str]:
        here = "/culture/partenaires"
        with site.reading() as session:
            offers = session.scalars(select(Offer.id).order_by(Offer.id)).all()
            needs = session.scalars(select(Need.id).order_by(Need.id)).all()
            ideas = session.scalars(select(Idea.id).order_by(Idea.id)).all()
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
        for idea_id in ideas[:1]:
            yield f"{here}/idees/{idea_id}/besoins/nouveau"
            yield f"{here}/idees/{idea_id}/suggestions"
        yield f"{here}/suggestions"
