"""Ideas that resemble another: for readers who look further, and for authors of drafts."""

from flask import g
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from eak_core.db import Session, current_session
from eak_core.ideas.content import rows
from eak_core.ideas.content.texts import LENGTHS
from eak_core.ideas.deciding import transitions
from eak_core.ideas.pages.views import blueprint
from eak_core.ideas.reading import listing
from eak_core.ideas.reading.indexing import IDEAS, document_of
from eak_core.ideas.visibility import check_readable
from eak_core.permissions import Actor
from eak_core.search.kinds import Document, Link, SearchKind
from eak_core.search.registered import kinds
from eak_core.search.resembling import resembling
from eak_core.search.views import limit_search
from eak_core.services.models import Service
from eak_core.web import render
from eak_core.web.acts import Answer
from eak_core.web.forms import Form

ON_PAGE = 10
#: So many ideas, and so many other things, are shown while an idea is typed.
MOST_WHILE_TYPED = 3


def alike(
    session: Session, service: Service, actor: Actor, document: Document, most: int, but: int = 0
) -> list[listing.Card]:
    """At most ``most`` public ideas of ``service`` that resemble ``document``, which may be the one
    whose id is ``but``: the most alike first."""
    hits = resembling(session, service.id, actor, IDEAS, document, most=most, but=but)
    return listing.cards(session, listing.rows_of(session, [hit.id for hit in hits]))


def alike_elsewhere(
    session: Session,
    service: Service,
    active: frozenset[str],
    actor: Actor,
    document: Document,
    most: int,
) -> list[tuple[SearchKind, Link]]:
    """At most ``most`` other things that resemble ``document`` and may make an idea needless, such
    as an experiment that is under way (`SearchKind.instead`): the most alike first."""
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
        cards=alike(session, g.service, g.actor, document_of(idea), ON_PAGE, idea.id),
        graph=transitions.stage_graph(g.active),
    )


class AlikeForm(Form):
    """What is typed of an idea so far."""

    title = StringField(validators=[Length(max=LENGTHS["title"])])
    problem = TextAreaField(validators=[Length(max=LENGTHS["problem"])])


@blueprint.post("/idees/semblables")
@limit_search
def typed_alike() -> Answer:
    """A part of the first step: what resembles the idea that is being typed. It writes nothing; by
    POST, since what is typed is nobody's but its author's yet, and stands in no address."""
    session, form = current_session(), AlikeForm()
    if not form.validate_on_submit():
        return "", 422
    document = Document(form.title.data or "", form.problem.data or "")
    return render(
        "ideas/typed_alike.html",
        alike=alike(session, g.service, g.actor, document, MOST_WHILE_TYPED),
        elsewhere=alike_elsewhere(
            session, g.service, g.active, g.actor, document, MOST_WHILE_TYPED
        ),
        graph=transitions.stage_graph(g.active),
    )
