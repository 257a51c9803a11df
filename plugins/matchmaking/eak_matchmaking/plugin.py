"""The matchmaking plugin: what it answers when the core asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from markupsafe import Markup
from sqlalchemy import func, select

from eak_core.api import (
    AccountLinks,
    Actor,
    DataSet,
    Denial,
    DeskItem,
    FileHolder,
    Held,
    HistoryEntry,
    Idea,
    Kept,
    NavItem,
    NewsletterItem,
    NoticeSentence,
    Recorded,
    Reportable,
    Service,
    Session,
    Today,
    _l,
    hidden_reason,
    hookimpl,
    lazy_ngettext,
)
from eak_matchmaking import meanings, news, notices, personal_data, schedule, subscribers
from eak_matchmaking.manifest import plugin
from eak_matchmaking.matching import following
from eak_matchmaking.models import Member, Organisation, Presence
from eak_matchmaking.needs import reported as reported_needs
from eak_matchmaking.offers import reported as reported_offers
from eak_matchmaking.organisations import finding
from eak_matchmaking.organisations import reported as reported_organisations
from eak_matchmaking.organisations.finding import present
from eak_matchmaking.organisations.wording import ROLE_TITLES
from eak_matchmaking.pages import (
    fairness,
    managing,
    members,
    need_feeds,
    need_views,
    offer_feeds,
    offer_views,
    organisations,
    proposal_desk,
    proposal_views,
    round_desk,
    round_views,
    suggestions,
    thesaurus,
    wish_views,
)
from eak_matchmaking.proposals import reported as reported_pilots
from eak_matchmaking.proposals import stages

if TYPE_CHECKING:
    from eak_core.api import Demo

__all__ = [
    "fairness",
    "following",
    "managing",
    "members",
    "need_feeds",
    "offer_feeds",
    "offer_views",
    "organisations",
    "plugin",
    "proposal_views",
    "round_desk",
    "round_views",
    "schedule",
    "subscribers",
    "thesaurus",
    "wish_views",
]

#: How many relations the page of a team shows.
MOST_HELD = 200


@hookimpl
def open_data() -> Iterable[DataSet]:
    return [need_feeds.needs_set(), offer_feeds.offers_set()]


@hookimpl
def nav_items() -> Iterable[NavItem]:
    return [NavItem(_l("Partners"), "matchmaking.index")]


@hookimpl
def style_sheets() -> Iterable[str]:
    return ["matchmaking.css"]


@hookimpl
def account_links(session: Session, person_id: int) -> AccountLinks | None:
    rows = session.execute(
        select(Organisation.id, Organisation.name, Service.slug, Service.name.label("service"))
        .join(Member, Member.organisation_id == Organisation.id)
        .join(Presence, Presence.organisation_id == Organisation.id)
        .join(Service, Service.id == Presence.service_id)
        .where(Member.person_id == person_id, Organisation.closed_at.is_(None))
        .order_by(Organisation.folded, Organisation.id, Service.name)
    )
    links = [
        NavItem(
            f"{row.name} ({row.service})",
            "matchmaking.show",
            {"service_slug": row.slug, "organisation_id": row.id},
        )
        for row in rows
    ]
    views = list(proposal_desk.account_links(session, person_id))
    if not links and not views:
        return None
    return AccountLinks(_l("The organisations you act for"), links, views)


#: As `Organisation.relations_of` says it.
_RELATIONS = {
    "referent": ("matchmaking.referent", "matchmaking.member"),
    "member": ("matchmaking.member",),
}


@hookimpl
def held_relations(session: Session, service: Service) -> Iterable[Held]:
    rows = session.execute(
        select(Member, Organisation.name)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(*present(service.id))
        .order_by(Member.since.desc(), Member.organisation_id, Member.person_id)
        .limit(MOST_HELD)
    )
    return [
        Held(
            member.person_id,
            ROLE_TITLES[member.role],
            NavItem(name, "matchmaking.show", {"organisation_id": member.organisation_id}),
            member.since,
            _l("By registering it, or by an invitation of its referent"),
            names=_RELATIONS[member.role],
        )
        for member, name in rows
    ]


@hookimpl
def slot_idea_body(session: Session, service: Service, idea: Idea, actor: Actor) -> Markup | None:
    # A draft is read by its author alone: nobody else could bring anything.
    if idea.submitted_at is None:
        return None
    sections = (
        need_views.idea_section,
        proposal_desk.idea_section,
        suggestions.idea_section,
    )
    shown = [each(session, service, idea, actor) for each in sections]
    return Markup("").join(filter(None, shown)) or None


@hookimpl
def slot_idea_cards(session: Session, service: Service, ideas: Sequence[Any]) -> Mapping[int, str]:
    return need_views.card_lines(session, service, ideas)


@hookimpl
def followed_things(
    session: Session, service: Service, subjects: Sequence[str]
) -> Mapping[str, NavItem]:
    return finding.things(session, service, subjects)


@hookimpl
def idea_history(session: Session, idea: Idea) -> Iterable[HistoryEntry]:
    return [*need_views.found(session, idea), *proposal_desk.history(session, idea)]


@hookimpl
def merge_ideas(session: Session, idea: Idea) -> None:
    following.require_alone(session, idea)


@hookimpl
def transfer_idea(session: Session, idea: Idea) -> None:
    following.require_unneeded(session, idea)


@hookimpl
def can_change_stage(session: Session, idea: Idea, to: str) -> Denial | None:
    return stages.guard(session, idea, to)


@hookimpl
def slot_service_now(session: Session, service: Service) -> Iterable[Today]:
    yield from round_views.home_section(session, service)
    yield from need_views.home_section(session, service)


@hookimpl
def desk_pages() -> Iterable[NavItem]:
    about = _l("Verify partners, and bring doubles together.")
    yield NavItem(_l("Organisations"), "matchmaking_manage.index", note=about)
    about = _l("Accept or decline what partners propose, with a reason.")
    yield NavItem(_l("Proposals to pilot ideas"), "matchmaking_manage.proposals", note=about)
    about = _l("Bring many ideas and partners together at once, as each of them wishes.")
    yield NavItem(_l("Matching rounds"), "matchmaking.rounds", note=about)
    about = _l("What suggestions take for the same thing, in the words of people here.")
    yield NavItem(_l("Words that mean the same"), "matchmaking_manage.thesaurus", note=about)


@hookimpl
def reportable_things(
    session: Session, service: Service, subjects: Sequence[str]
) -> Mapping[str, Reportable]:
    return {
        **reported_organisations.things(session, service, subjects),
        **reported_needs.things(session, service, subjects),
        **reported_offers.things(session, service, subjects),
        **reported_pilots.things(session, service, subjects),
    }


@hookimpl
def desk_items(session: Session, service: Service) -> Iterable[DeskItem]:
    waiting, since = session.execute(
        select(func.count(), func.min(Presence.joined_at))
        .select_from(Presence)
        .join(Organisation, Organisation.id == Presence.organisation_id)
        .where(
            Presence.service_id == service.id,
            Presence.verified_at.is_(None),
            Organisation.closed_at.is_(None),
        )
    ).one()
    label = lazy_ngettext(
        "%(num)s partner is to be verified", "%(num)s partners are to be verified", waiting
    )
    verifying = DeskItem(waiting, label, "matchmaking_manage.index", since=since)
    return [
        verifying,
        *proposal_desk.desk_items(session, service),
        *round_desk.desk_items(session, service),
    ]


@hookimpl
def effect_preview(session: Session, service: Service, enabling: bool) -> Iterable[str]:
    return round_desk.effects(session, service, enabling=enabling)


@hookimpl
def file_holder(
    session: Session, service: Service, subject: str, actor: Actor
) -> FileHolder | None:
    organisation_id = int(subject.partition(":")[2])
    if session.get(Presence, (service.id, organisation_id)) is None:
        return None
    public = hidden_reason(session, service.id, subject) is None
    if not public and not finding.reads_hidden(session, actor, service, organisation_id):
        return None
    return FileHolder("matchmaking.show", {"organisation_id": organisation_id}, public=public)


@hookimpl
def reset_projections(session: Session, service_id: int) -> None:
    meanings.forget(session, service_id)


@hookimpl
def notice_sentences(
    session: Session, service: Service, events: Sequence[Recorded]
) -> Mapping[int, NoticeSentence]:
    return dict(notices.sentences(session, service, events))


@hookimpl
def newsletter_items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterable[NewsletterItem]:
    return news.items(session, service, since, until)


@hookimpl
def kept_data() -> Iterator[Kept]:
    yield Kept(
        _l("Those who act for an organisation"),
        _l(
            "for which organisation you act, since when, and what you offered, asked or answered"
            " in its name"
        ),
        _l("to bring ideas and partners together"),
        _l(
            "everybody reads the name of the organisation; its members and the team of the service"
            " read yours"
        ),
        _l(
            "you leave it, or your account is erased; what the organisation said stays under its"
            " name"
        ),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    personal_data.erase_person(session, person_id)


@hookimpl
def register_commands() -> Iterable[click.Command]:
    # A server has no use for them.
    from eak_matchmaking.commands import COMMANDS

    return COMMANDS


@hookimpl
def load_demo(session: Session, service: Service, demo: "Demo") -> None:
    from eak_matchmaking import demo as content

    content.play(session, service, demo)
