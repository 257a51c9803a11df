"""The voting plugin: what it answers when the core asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from markupsafe import Markup

from eak_core.api import (
    AccountLinks,
    Actor,
    DataSet,
    Denial,
    DeskItem,
    HistoryEntry,
    Idea,
    Kept,
    NavItem,
    NewsletterItem,
    NoticeSentence,
    Recorded,
    Service,
    Session,
    Today,
    _l,
    hookimpl,
)
from eak_voting import news, notices, personal_data, subscribers
from eak_voting.ballots import decisions, effects, finding, history
from eak_voting.casting import own, support
from eak_voting.manifest import plugin
from eak_voting.pages import managing_views, support_views, views
from eak_voting.publishing import open_sets

if TYPE_CHECKING:
    from eak_core.api import Demo

__all__ = ["plugin"]


@hookimpl
def nav_items() -> Iterable[NavItem]:
    return [NavItem(_l("Votes"), "voting.index")]


@hookimpl
def style_sheets() -> Iterable[str]:
    return ["voting.css"]


@hookimpl
def slot_idea_aside(session: Session, service: Service, idea: Idea, actor: Actor) -> Markup | None:
    return support_views.idea_panel(session, service, idea, actor)


@hookimpl
def slot_idea_cards(
    session: Session, service: Service, ideas: Sequence[Any]
) -> Mapping[int, Markup]:
    return support_views.cards(session, service, ideas)


@hookimpl
def idea_columns(
    session: Session, service: Service, ideas: Sequence[Any]
) -> Mapping[int, Mapping[str, int]]:
    found = subscribers.supports(session, service.id, [idea.id for idea in ideas])
    return {idea_id: {"supports": number} for idea_id, number in found.items()}


@hookimpl
def open_data() -> Iterable[DataSet]:
    return [open_sets.ballots_set(), open_sets.results_set()]


@hookimpl
def footer_links() -> Iterable[NavItem]:
    return [NavItem(_l("Check a receipt of a vote"), "voting.check_receipt")]


@hookimpl
def slot_service_now(session: Session, service: Service) -> Iterable[Today]:
    return views.home_section(session, service)


@hookimpl
def portal_links(session: Session, services: Sequence[Service]) -> AccountLinks | None:
    return views.open_now(session, services)


@hookimpl
def account_links(session: Session, actor: Actor) -> AccountLinks | None:
    return own.links(session, actor)


@hookimpl
def idea_history(session: Session, service: Service, idea: Idea) -> Iterable[HistoryEntry]:
    return history.of_idea(session, service, idea)


@hookimpl
def followed_things(
    session: Session, service: Service, subjects: Sequence[str]
) -> Mapping[str, NavItem]:
    return notices.things(session, service, subjects)


@hookimpl
def notice_sentences(
    session: Session, service: Service, events: Sequence[Recorded]
) -> Mapping[int, NoticeSentence]:
    return dict(notices.sentences(session, service, events))


@hookimpl
def desk_items(session: Session, service: Service) -> Iterable[DeskItem]:
    return managing_views.desk_items(session, service)


@hookimpl
def desk_pages() -> Iterable[NavItem]:
    about = _l("Every ballot of the service: drafts, what runs, and what was counted.")
    yield NavItem(_l("Ballots"), "voting_manage.index", note=about)
    about = _l("Put ideas to the vote: by support, approval, grades or a budget.")
    yield NavItem(_l("Prepare a ballot"), "voting_manage.choose", note=about)


@hookimpl
def merge_ideas(session: Session, service: Service, idea: Idea, into: Idea) -> None:
    # What people vote on stays what it was.
    decisions.require_no_ballot(session, idea)
    support.merge(session, service, idea.id, into.id)


@hookimpl
def transfer_idea(session: Session, service: Service, idea: Idea, to: Service) -> Iterable[str]:
    decisions.require_never_on_ballot(session, idea)
    support.transfer(session, service, idea.id, to)
    return ()


@hookimpl
def can_change_stage(
    session: Session, service: Service, idea: Idea, to: str, actor: Actor
) -> Denial | None:
    return decisions.guard(session, service, idea, to, actor)


@hookimpl
def effect_preview(session: Session, service: Service, enabling: bool) -> Iterable[str]:
    return effects.preview(session, service, enabling=enabling)


@hookimpl
def must_stay(session: Session, service_id: int) -> Any:
    return _l("A ballot is under way.") if finding.under_way(session, service_id) else None


@hookimpl
def reset_projections(session: Session, service_id: int) -> None:
    """Nothing to delete: what handlers derive are counters, which the core resets."""


@hookimpl
def register_commands() -> Iterable[click.Command]:
    # A server has no use for them.
    from eak_voting.commands import COMMANDS

    return COMMANDS


@hookimpl
def newsletter_items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterable[NewsletterItem]:
    return news.items(session, service, since, until)


@hookimpl
def kept_data() -> Iterator[Kept]:
    yield Kept(
        _l("Your votes"),
        _l(
            "that you voted and at which hour; what you chose, but for secret ballots, where the"
            " site does not know it"
        ),
        _l("to let everybody vote once, and to count what anybody can count again"),
        _l("you; everybody in ballots that say so before you vote"),
        _l("your account is erased: your vote still counts, and nothing leads to you any more"),
    )
    yield Kept(
        _l("Your support for ideas"),
        _l("which ideas you support, and since when"),
        _l("to count how many support each"),
        _l("you"),
        _l("you take it back, or your account is erased"),
    )
    yield Kept(
        _l("What you declared to vote, and your reminders"),
        _l(
            "your commune and that you are old enough; the ballots of which you want to be reminded"
        ),
        _l("to let those vote whom a ballot is for"),
        _l("you"),
        _l("your account is erased"),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    personal_data.erase_person(session, person_id)


@hookimpl
def load_demo(session: Session, service: Service, demo: "Demo") -> None:
    from eak_voting.demo import play

    play(session, service, demo)
