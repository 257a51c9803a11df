"""Ideas that resemble another: for readers who look further, and for authors of drafts."""

from flask import g

from eak_core.db import Session, current_session
from eak_core.ideas import listing, rows, transitions
from eak_core.ideas.models import Idea
from eak_core.ideas.subscribers import IDEAS, document_of
from eak_core.ideas.views import blueprint
from eak_core.ideas.visibility import check_readable
from eak_core.permissions import Actor
from eak_core.search.kinds import Link, SearchKind
from eak_core.search.registered import kinds
from eak_core.search.resembling import resembling
from eak_core.search.views import limit_search
from eak_core.services.models import Service
from eak_core.web import render
from eak_core.web.acts import Answer

ON_PAGE = 10


def alike(
    session: Session, service: Service, actor: Actor, idea: Idea, most: int
) -> list[listing.Card]:
    """At most ``most`` public ideas of ``service`` that resemble ``idea``, a draft perhaps: the
    most alike first."""
    hits = resembling(session, service.id, actor, IDEAS, document_of(idea), most=most, but=idea.id)
    return listing.cards(session, listing.rows_of(session, [hit.id for hit in hits]))


def alike_elsewhere(
    session: Session,
    service: Service,
    active: frozenset[str],
    actor: Actor,
    idea: Idea,
    most: int,
) -> list[tuple[SearchKind, Link]]:
    """At most ``most`` other things that resemble ``idea`` and may make it needless, such as an
    experiment that is under way (`SearchKind.instead`): the most alike first."""
    document = document_of(idea)
    hits = [
        hit
        for kind in kinds(active)
        if kind.instead
        for hit in resembling(session, service.id, actor, kind, document, most=most)
    ]
    best = sorted(hits, key=lambda hit: -hit.score)[:most]
    links: dict[tuple[str, int], Link] = {}
    for kind in {hit.kind.name: hit.kind for hit in best}.values():
        found = kind.link(session, [hit.id for hit in best if hit.kind is kind])
        links |= {(kind.name, key): link for key, link in found.items()}
    return [
        (hit.kind, links[key]) for hit in best if (key := (hit.kind.name, hit.id)) in links
    ]  # fmt: skip


@blueprint.get("/idees/<int:idea_id>/ressemblances")
@limit_search
def resemblances(idea_id: int) -> Answer:
    """The ideas that resemble one that the reader may read."""
    session = current_session()
    idea = rows.idea_of(session, g.service, idea_id)
    check_readable(session, g.actor, g.service, idea)
    return render(
        "ideas/alike.html",
        idea=idea,
        cards=alike(session, g.service, g.actor, idea, ON_PAGE),
        graph=transitions.stage_graph(g.active),
    )
