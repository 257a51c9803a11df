"""What the room of ideas answers to the questions that plugins are asked as well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from eak_core.db import Session
from eak_core.events.types import Recorded
from eak_core.i18n import _l, lazy_ngettext
from eak_core.ideas import personal_data, reported
from eak_core.ideas.content import attachments
from eak_core.ideas.deciding import offered, prepared
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing import promises
from eak_core.ideas.reading import exports, listing
from eak_core.ideas.reading.listing import Filters
from eak_core.ideas.stages import SCREENING, SUBMITTED
from eak_core.ideas.telling import coauthor_notices, history, news, notices, own, transfer_notices
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import (
    AccountLinks,
    DeskItem,
    FileHolder,
    HistoryEntry,
    Kept,
    NavItem,
    NewsletterItem,
    NoticeSentence,
    Reportable,
)
from eak_core.plugins.hooks.datasets import DataSet
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.services.models import Service


@hookimpl
def nav_items() -> Iterator[NavItem]:
    """The list of ideas, for everybody who meets the service."""
    yield NavItem(_l("Ideas"), "ideas.index")


@hookimpl
def account_links(session: Session, person_id: int) -> AccountLinks | None:
    """The latest ideas of a person, and their drafts."""
    return own.links(session, person_id)


@hookimpl
def idea_history(session: Session, service: Service, idea: Idea) -> Iterable[HistoryEntry]:
    """When the text was changed."""
    return history.edits_of(session, service.id, idea)


@hookimpl
def desk_items(session: Session, service: Service, actor: Actor) -> Iterator[DeskItem]:
    """The ideas that wait for their screening, and for a decision at its end."""
    waiting = listing.count_managed(session, service.id)
    new, screened = waiting.get(SUBMITTED, 0), waiting.get(SCREENING, 0)
    since = listing.oldest_in(session, service.id, [SUBMITTED, SCREENING])
    by = promises.first_promised(session, service.id)
    label = lazy_ngettext(
        "%(num)s idea waits for its screening", "%(num)s ideas wait for their screening", new
    )
    place = {"etape": SUBMITTED}
    yield DeskItem(new, label, "ideas_manage.index", place, since.get(SUBMITTED), by.get(SUBMITTED))
    label = lazy_ngettext(
        "%(num)s idea in screening waits for your decision",
        "%(num)s ideas in screening wait for your decision",
        screened,
    )
    place = {"etape": SCREENING}
    yield DeskItem(
        screened, label, "ideas_manage.index", place, since.get(SCREENING), by.get(SCREENING)
    )
    answers, prepared_at = prepared.waiting_since(session, service.id)
    label = lazy_ngettext(
        "%(num)s answer is prepared and waits to be published",
        "%(num)s answers are prepared and wait to be published",
        answers,
    )
    yield DeskItem(answers, label, "ideas_manage.prepared_answers", since=prepared_at)
    (to_it, to_it_since), (of_it, of_it_since) = offered.waiting_since(session, actor, service)
    label = lazy_ngettext(
        "%(num)s idea that another service offers waits for your answer",
        "%(num)s ideas that other services offer wait for your answer",
        to_it,
    )
    yield DeskItem(to_it, label, "ideas_manage.offers", since=to_it_since)
    label = lazy_ngettext(
        "%(num)s idea that you offered waits for the answer of another service",
        "%(num)s ideas that you offered wait for the answers of other services",
        of_it,
    )
    yield DeskItem(of_it, label, "ideas_manage.offers", since=of_it_since)


@hookimpl
def desk_pages() -> Iterator[NavItem]:
    """Where ideas are brought on, counted, and what is asked of them and promised."""
    yield NavItem(
        _l("Board of ideas"), "ideas_manage.board",
        note=_l("Stage by stage: several ideas brought on at once, with one reason."),
    )  # fmt: skip
    yield NavItem(
        _l("Ideas"), "ideas_manage.index",
        note=_l("Stage by stage, those that wait longest first."),
    )  # fmt: skip
    yield NavItem(
        _l("Figures over time"), "ideas_manage.over_time",
        note=_l(
            "Ideas, those who submit them, and how long answers take, month by month."
        ),
    )  # fmt: skip
    yield NavItem(
        _l("Screening and promised answers"), "ideas_manage.promise",
        note=_l(
            "Within how many days you promise an answer, and how many opinions you want before it."
        ),
    )  # fmt: skip
    yield NavItem(
        _l("Subjects and criteria"), "ideas_manage.lists",
        note=_l("What authors choose from, and what they are asked."),
    )  # fmt: skip


@hookimpl
def followed_things(
    session: Session, service: Service, subjects: Sequence[str]
) -> Mapping[str, NavItem]:
    """Ideas, and the subjects that they are filed under."""
    return notices.things(session, service, subjects)


@hookimpl
def reportable_things(
    session: Session, service: Service, subjects: Sequence[str]
) -> Mapping[str, Reportable]:
    """Ideas that were submitted and not withdrawn."""
    return reported.things(session, service, subjects)


@hookimpl
def notice_sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Mapping[int, NoticeSentence]:
    """What is told of ideas."""
    sources = (notices, coauthor_notices, transfer_notices)
    return {
        position: sentence
        for each in sources
        for position, sentence in each.sentences(session, service, events, actor)
    }


@hookimpl
def newsletter_items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterator[NewsletterItem]:
    """What became of ideas."""
    return news.items(session, service, since, until)


@hookimpl
def open_data(session: Session, service: Service, plugins: frozenset[str]) -> Iterator[DataSet]:
    """The ideas that everybody may read."""
    yield exports.ideas_set(session, service, plugins, Filters())


@hookimpl
def file_holder(
    session: Session, service: Service, subject: str, actor: Actor
) -> FileHolder | None:
    """The idea that a file belongs to."""
    return attachments.holder(session, service, subject, actor)


@hookimpl
def kept_data() -> Iterator[Kept]:
    """What is stored here about people."""
    yield Kept(
        _l("Your ideas"),
        _l("the text, the pictures, the place and the name you display; drafts are yours alone"),
        _l("to discuss them and decide about them in public"),
        _l("everybody, once you have submitted them"),
        _l(
            "drafts and withdrawn texts go with your account; what is public stays, without your"
            " name"
        ),
    )
    yield Kept(
        _l("Those who write an idea together"),
        _l("who writes it with its author, and the addresses that were invited to"),
        _l("to let several people write one idea"),
        _l("everybody reads the names, the author alone the addresses"),
        _l(
            "they leave it, or their account is erased; an address: it has answered, or after"
            " thirty days"
        ),
    )
    yield Kept(
        _l("Opinions and prepared answers"),
        _l(
            "what members of the team think of an idea before it is decided, and the answers they"
            " prepare"
        ),
        _l("to decide with care"),
        _l("the team of the service"),
        _l("they stay, without a name once the account is erased"),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """A person's ideas, and the stage changes they decided."""
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    """Their drafts, and the words of what nobody may read."""
    personal_data.erase_person(session, person_id)
