"""The discussion plugin: what it answers when the core asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from eak_core.api import (
    AccountLinks,
    Actor,
    DataSet,
    Idea,
    ImportedComment,
    ImportReport,
    Kept,
    NavItem,
    NewsletterItem,
    NoticeSentence,
    Recorded,
    Reportable,
    Service,
    Session,
    _l,
    hookimpl,
    ngettext,
)
from eak_discussion import (
    counts,
    imported,
    news,
    notices,
    open_sets,
    own,
    personal_data,
    reported,
    subscribers,
    thread,
    views,
)
from eak_discussion.manifest import plugin

if TYPE_CHECKING:
    from eak_core.api import Demo

__all__ = ["plugin"]

#: How many comments the home page of a service shows.
ON_HOME = 3


@hookimpl
def nav_items() -> Iterable[NavItem]:
    return [NavItem(_l("Discussion"), "discussion.index")]


@hookimpl
def style_sheets() -> Iterable[str]:
    return ["discussion.css"]


@hookimpl
def slot_idea_body(service: Service, idea: Idea, actor: Actor) -> Markup | None:
    # A draft is read by its author alone: there is nobody to discuss with.
    return views.section(service, idea, actor) if idea.submitted_at is not None else None


@hookimpl
def slot_idea_cards(session: Session, service: Service, ideas: Sequence[Any]) -> Mapping[int, str]:
    found = counts.counts(session, service.id, [idea.id for idea in ideas])
    return {
        idea_id: ngettext("%(num)s comment", "%(num)s comments", each.total)
        for idea_id, each in found.items()
        if each.total
    }


@hookimpl
def slot_service_home(service: Service) -> Markup | None:
    return views.home_section(service, ON_HOME)


@hookimpl
def account_links(session: Session, person_id: int) -> AccountLinks | None:
    return own.links(session, person_id)


@hookimpl
def notice_sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Mapping[int, NoticeSentence]:
    return dict(notices.sentences(session, service, events, actor))


@hookimpl
def reportable_things(
    session: Session, service: Service, subjects: Sequence[str]
) -> Mapping[str, Reportable]:
    return reported.things(session, service, subjects)


@hookimpl
def idea_columns(
    session: Session, service: Service, ideas: Sequence[Any]
) -> Mapping[int, Mapping[str, int]]:
    found = counts.counts(session, service.id, [idea.id for idea in ideas])
    return {
        idea_id: {
            "comments": each.total,
            "for": each.in_favour,
            "neutral": each.neutral,
            "against": each.against,
        }
        for idea_id, each in found.items()
    }


@hookimpl
def open_data() -> Iterable[DataSet]:
    return [open_sets.comments_set()]


@hookimpl
def merge_ideas(session: Session, idea: Idea, into: Idea) -> None:
    thread.move(session, idea.id, into.id)


@hookimpl
def transfer_idea(session: Session, service: Service, idea: Idea, to: Service) -> Iterable[str]:
    return thread.transfer(session, service, idea.id, to)


@hookimpl
def effect_preview(session: Session, service: Service, enabling: bool) -> Iterable[str]:
    written = thread.written(session, service.id)
    if written and enabling:
        yield ngettext(
            "%(num)s comment written before is shown again.",
            "%(num)s comments written before are shown again.",
            written,
        )
    elif written:
        yield ngettext(
            "%(num)s comment is no longer shown; it is kept.",
            "%(num)s comments are no longer shown; they are kept.",
            written,
        )


@hookimpl
def reset_projections(session: Session, service_id: int) -> None:
    subscribers.forget(session, service_id)


@hookimpl
def newsletter_items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterable[NewsletterItem]:
    return news.items(session, service, since, until)


@hookimpl
def kept_data() -> Iterator[Kept]:
    yield Kept(
        _l("Your comments"),
        _l("the text, its date, whether you are for or against, and the name you display"),
        _l("to discuss ideas in public"),
        _l("everybody"),
        _l(
            "what you withdrew, and what was hidden, loses its words; the rest stays, without your"
            " name once your account is erased"
        ),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    personal_data.erase_person(session, person_id)


@hookimpl
def import_comments(
    session: Session, service: Service, comments: Sequence[ImportedComment]
) -> ImportReport:
    return imported.take_over(session, service, comments)


@hookimpl
def load_demo(session: Session, service: Service, demo: "Demo") -> None:
    from eak_discussion.demo import play

    play(session, service, demo)
