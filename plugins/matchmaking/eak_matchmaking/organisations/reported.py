"""Organisations as moderation sees them: what they say of themselves can be reported.

What is hidden are their texts, their pictures and documents, in the service that decided it. Their
name and their page stay: offers and pilots lead there.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from eak_core.api import Actor, Reportable, Service, Session, _, hide, numbered, require, restore
from eak_matchmaking.models import ORGANISATION_NAME, Member, Organisation, Presence, subject_of


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, Reportable]:
    """The organisations among ``subjects`` that are, or were, there for ``service``. Whoever has
    been their referent for longest contests a decision; all members are told of it."""
    ids = numbered(ORGANISATION_NAME, subjects)
    if not ids:
        return {}
    there = Presence.organisation_id == Organisation.id
    found = session.scalars(
        select(Organisation)
        .join(Presence, there & (Presence.service_id == service.id))
        .where(Organisation.id.in_(ids))
    ).all()
    members: dict[int, list[int]] = {}
    for member in session.scalars(
        select(Member)
        .where(Member.organisation_id.in_(ids))
        .order_by(Member.role != "referent", Member.since, Member.person_id)
    ):
        members.setdefault(member.organisation_id, []).append(member.person_id)
    return {
        subject_of(each.id): Reportable(
            _("What “%(name)s” says of itself", name=each.name),
            "matchmaking.show",
            {"organisation_id": each.id},
            "\n\n".join(
                filter(None, (each.name, each.about, each.pioneering, each.motivation, each.site))
            ),
            next(iter(members.get(each.id, ())), None),
            members.get(each.id, ())[1:],
        )
        for each in found
    }


def hide_texts(
    session: Session, actor: Actor, service: Service, organisation: Organisation, reason: str
) -> None:
    """Take what an organisation says of itself, and shows, off its page, the directory and each
    search of ``service``. Its members go on to see it, with the public ``reason``."""
    require(actor, "matchmaking.run", service)
    hide(session, actor, service, subject_of(organisation.id), reason)


def show_texts(
    session: Session, actor: Actor, service: Service, organisation: Organisation, reason: str
) -> None:
    """Show it again."""
    require(actor, "matchmaking.run", service)
    restore(session, actor, service, subject_of(organisation.id), reason)
