"""What somebody has among the ideas of all services, on their own page."""

from sqlalchemy import select

from eak_core.db import Session
from eak_core.i18n import _l
from eak_core.ideas.deciding import screening
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing import coauthors
from eak_core.ideas.stages import DRAFT
from eak_core.plugins.hooks.contributions import AccountLinks, NavItem
from eak_core.services.models import Service

#: How many ideas, and how many drafts, the page shows.
LATEST = 5


def links(session: Session, person_id: int) -> AccountLinks | None:
    """The latest ideas of a person and where each stands, the services where all are listed, and
    the drafts that wait for their end, what they are asked for and invited to."""
    ideas = (
        select(Idea.id, Idea.slug, Idea.title, Idea.stage, Service.slug.label("service"))
        .join(Service, Service.id == Idea.service_id)
        .where(coauthors.written_by(person_id))
        .limit(LATEST)
    )
    latest = session.execute(
        ideas.where(Idea.stage != DRAFT).order_by(Idea.submitted_at.desc(), Idea.id.desc())
    ).all()
    drafts = session.execute(
        ideas.where(Idea.stage == DRAFT).order_by(Idea.updated_at.desc(), Idea.id.desc())
    ).all()
    asked = screening.asked_of(session, person_id)
    offered = coauthors.offered_to(session, person_id)
    if not latest and not drafts and not asked and not offered:
        return None
    # A stage keeps its title where its plugin is off.
    graph = stage_graph(frozenset())
    return AccountLinks(
        _l("My ideas"),
        [
            *(
                NavItem(
                    each.title,
                    "ideas.show",
                    {"service_slug": each.service, "idea_id": each.id, "slug": each.slug},
                    note=graph.stage(each.stage).title,
                )
                for each in latest
            ),
            *_lists(session, person_id),
        ],
        [
            NavItem(
                _l("Continue writing: %(title)s", title=each.title or _l("Untitled draft")),
                "ideas.edit",
                {"service_slug": each.service, "idea_id": each.id},
            )
            for each in drafts
        ]
        + [
            NavItem(
                _l("Give your opinion on “%(idea)s”", idea=title),
                "ideas_manage.examine",
                {"service_slug": slug, "idea_id": idea_id},
            )
            for idea_id, title, slug in asked
        ]
        + [
            NavItem(
                _l("Write “%(idea)s” together?", idea=title or _l("Untitled draft")),
                "ideas.join",
                {"service_slug": slug, "token": coauthors.token_of(invitation)},
            )
            for invitation, title, slug in offered
        ],
    )


def _lists(session: Session, person_id: int) -> list[NavItem]:
    services = session.scalars(
        select(Service)
        .where(Service.id.in_(select(Idea.service_id).where(coauthors.written_by(person_id))))
        .order_by(Service.name, Service.id)
    )
    return [
        NavItem(
            _l("All my ideas and drafts in “%(service)s”", service=each.name),
            "ideas.mine",
            {"service_slug": each.slug},
        )
        for each in services
    ]
