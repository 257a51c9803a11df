"""What people do with suggestions, in the histories of the conformance kit."""

from datetime import timedelta
from random import Random

from sqlalchemy import select

from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.plugins.per_service.settings import configure, stored_settings
from eak_matchmaking.models import Need
from eak_matchmaking.needs.finding import waiting
from eak_matchmaking.offers import offering
from eak_matchmaking.organisations.finding import require_acting
from eak_matchmaking.scoring.declined import REASONS
from eak_matchmaking.suggestions import declining, thesaurus
from eak_matchmaking.suggestions.tables import Decline
from tests.plugins.matchmaking.resource_acts import partner
from tests.plugins.matchmaking.resources import offered


def decline(site: Site, dice: Random) -> None:
    """A partner declines an idea that needs something."""
    with site.writing() as session:
        actor = partner(session, site)
        needs = session.scalars(
            select(Need).join(Idea, Idea.id == Need.idea_id).where(*waiting(site.service.id))
            .order_by(Need.id)
        ).all()  # fmt: skip
        if needs:
            reason = dice.choice(REASONS)
            declining.decline(
                session, actor, site.service, dice.choice(needs), reason, "Not *this* year."
            )


def reconsider(site: Site, dice: Random) -> None:
    """A partner declines an idea, and takes that back."""
    decline(site, dice)
    with site.writing() as session:
        actor = partner(session, site)
        organisation = require_acting(session, actor, site.service)
        declined = session.scalar(
            select(Decline.idea_id)
            .where(Decline.organisation_id == organisation.id)
            .order_by(Decline.idea_id)
        )
        if declined is not None:
            declining.take_back(session, actor, site.service, declined)


def change_words(site: Site, dice: Random) -> None:
    """A manager adds a group of words, changes it, or switches one off; and lets the meaning of
    texts count, mostly."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        groups = thesaurus.groups_of(session, site.service.id)
        own = [each for each in groups if each.number is None]
        number = dice.randrange(1000)
        version = stored_settings(session, site.service.id, "matchmaking").version
        values = {"meaning": number % 5 > 0}
        configure(session, actor, site.service, "matchmaking", values, version=version)
        match dice.randrange(3):
            case 0:
                terms = [f"word{number}", f"a *word* like {number}"]
                thesaurus.change(session, actor, site.service, None, terms)
            case 1 if own:
                terms = [*own[0].terms, f"more{number}"][-thesaurus.MOST_TERMS :]
                thesaurus.change(session, actor, site.service, own[0], terms)
            case _:
                thesaurus.change(session, actor, site.service, groups[len(own) + number % 20], ())


def a_day_with_offers(site: Site, dice: Random) -> timedelta:
    """A partner offers something, and lists are counted the next days."""
    with site.writing() as session:
        actor = partner(session, site)
        terms = offered(title=f"A hall for {dice.randrange(100)} people")
        offer = offering.draft(session, actor, site.service, terms)
        offering.publish_offer(session, actor, site.service, offer)
    return timedelta(days=2)


SUGGESTION_ACTS = (decline, reconsider, change_words, a_day_with_offers)
