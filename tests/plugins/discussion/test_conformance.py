"""What every plugin keeps, kept by the discussion."""

from collections.abc import Iterable
from random import Random

from sqlalchemy import select

from eak_core.db import Session
from eak_core.ideas.models import Idea
from eak_core.kit.testing.conformance import CompanyConformance, PluginConformance
from eak_core.kit.testing.conformance.acts import merge, transfer
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hidden_reason
from eak_discussion.comments import (
    edit_comment,
    hide_comment,
    post_comment,
    restore_comment,
    withdraw_comment,
)
from eak_discussion.models import STANCES, Comment

TEXTS = ("Very good.", "Too **dear**.", '<script>alert("x")</script>')


def one_of(session: Session, dice: Random, model: type, **having: object) -> object | None:
    found = session.scalars(select(model).filter_by(**having).order_by(model.id)).all()  # type: ignore[attr-defined]
    return dice.choice(found) if found else None


def comment(site: Site, dice: Random) -> None:
    """The citizen comments on an idea, or answers a comment on it."""
    author = site.people.actor(site.people.citizen)
    with site.writing() as session:
        idea = one_of(session, dice, Idea, service_id=site.service.id)
        if not isinstance(idea, Idea):
            return
        parent = one_of(session, dice, Comment, idea_id=idea.id) if dice.random() < 0.5 else None
        post_comment(
            session, author, site.service, idea,
            body=f"{dice.choice(TEXTS)} @{author.name}, look.",
            stance=dice.choice(STANCES), parent=parent,  # type: ignore[arg-type]
        )  # fmt: skip


def edit(site: Site, dice: Random) -> None:
    """The citizen changes a comment, in time or too late."""
    author = site.people.actor(site.people.citizen)
    with site.writing() as session:
        found = one_of(session, dice, Comment, service_id=site.service.id)
        if isinstance(found, Comment):
            edit_comment(
                session, author, site.service, found,
                body=f"{dice.choice(TEXTS)} @{author.name}?", stance=dice.choice(STANCES),
            )  # fmt: skip


def withdraw(site: Site, dice: Random) -> None:
    """The citizen takes a comment back."""
    author = site.people.actor(site.people.citizen)
    with site.writing() as session:
        found = one_of(session, dice, Comment, service_id=site.service.id)
        if isinstance(found, Comment):
            withdraw_comment(session, author, site.service, found)


def moderate(site: Site, dice: Random) -> None:
    """The manager hides a comment, or shows it again."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        found = one_of(session, dice, Comment, service_id=site.service.id)
        if isinstance(found, Comment):
            hidden = hidden_reason(session, site.service.id, found.subject)
            act = hide_comment if hidden is None else restore_comment
            act(session, manager, site.service, found, "A public reason.")


class TestDiscussion(PluginConformance):
    plugin = "discussion"
    acts = (comment, edit, withdraw, moderate, comment, merge, transfer, transfer)

    def pages(self, site: Site) -> Iterable[str]:
        with site.reading() as session:
            comments = session.scalars(select(Comment.id).order_by(Comment.id)).all()
            ideas = session.scalars(select(Idea.id)).all()
        for comment_id in comments[:1]:
            yield f"/culture/discussion/commentaires/{comment_id}"
            for act in ("repondre", "modifier", "retirer", "masquer", "retablir"):
                yield f"/culture/discussion/commentaires/{comment_id}/{act}"
        for idea_id in ideas[:1]:
            yield f"/culture/discussion/idees/{idea_id}/commenter"


class TestDiscussionInCompany(CompanyConformance):
    plugin = "discussion"
    acts = (comment, edit, moderate)

    def pages(self, site: Site) -> Iterable[str]:
        return TestDiscussion().pages(site)
