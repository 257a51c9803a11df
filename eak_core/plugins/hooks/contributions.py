"""What the hooks of a plugin answer with: plain values, from which the core builds the page.

A plugin never hands over an address or a tag where a value will do, so that escaping, links and
their absence stay in one place.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import click

C = TypeVar("C", bound=click.Command)

_standalone: WeakSet[click.Command] = WeakSet()
#: Finds the service that a command acts in, by what stands on its line.
FindService = Callable[[Any, Mapping[str, Any]], int | None]
_finding: WeakKeyDictionary[click.Command, FindService | None] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link: an entry of a service's navigation, or one on a person's account page.

    ``label`` is what it says. ``endpoint`` is one of the plugin's own (``voting.index``); the core
    builds the address, with ``values`` as the arguments of the view. ``note`` is a few words beside
    the link, where there is room for them: where that stands, or until when.
    """

    label: Any
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    note: Any = ""


@dataclass(frozen=True, slots=True)
class AccountLinks:
    """What stands on a page that is in no service, a person's account or the portal: ``links``,
    under the ``heading`` that says what they lead to.

    Each leads into a service, which its ``values`` name as ``service_slug``. What somebody is to
    do there, such as a draft to end or a vote to cast, is in ``waiting``: an account page shows
    that before all else, and the portal not at all.
    """

    heading: Any
    links: Iterable[NavItem]
    waiting: Iterable[NavItem] = ()


@dataclass(frozen=True, slots=True)
class MailChoice:
    """What a person gets by mail of a plugin in the service ``service_slug``, and how often.

    ``title`` says what it is, ``summary`` more of it, ``choices`` what there is to choose from (a
    machine word, and what it is called), the word of never among them, and ``chosen`` which of them
    holds now. ``keep`` is called with another of these words where the person chooses it, in the
    transaction in which all their choices are kept; it may raise what any act does.
    """

    service_slug: str
    title: Any
    choices: Mapping[str, Any]
    chosen: str
    keep: Callable[[str], object]
    summary: Any = ""


@dataclass(frozen=True, slots=True)
class Today:
    """What people can do in a service today: a ``section`` of its home page (HTML that ``fragment``
    made, or plain text, which is escaped), ``until`` an instant (aware) or without an end."""

    section: Any
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that happened to an idea: ``at`` an instant (aware), with the ``label`` that says
    what. ``endpoint`` and ``values`` are as in `NavItem`, where there is more to read of it."""

    at: datetime
    label: Any
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeskItem:
    """Something that waits for managers: how many (``count``), the sentence that says so
    (``label``), and where they see to it (``endpoint`` and ``values``, as in `NavItem`). ``since``
    is when the oldest of them began to wait, ``promised`` until when the first of them was to be
    seen to: instants (aware), where there are such."""

    count: int
    label: Any
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    promised: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reportable:
    """Something that people wrote and others can report: what it is called (``label``), its page
    (``endpoint`` and ``values``, as in `NavItem`), and for moderators its words, as plain ``text``.
    ``author_id`` is whose it is: they are told what is decided, with its reasons, and may contest
    it. ``others`` are the people in whose name it stands as well, such as the members of an
    organisation: they are told too, and decide about it no more than its author."""

    label: Any
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    author_id: int | None = None
    others: Sequence[int] = ()

    @property
    def people(self) -> frozenset[int]:
        """The ids of all whose it is."""
        return frozenset((self.author_id, *self.others)) - {None}  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is stored about people, as the register tells it to them: what it is called
    (``title``), ``what`` it is exactly, ``why`` it is kept, who can read it (``read_by``), and
    ``until`` when it stays; each a text."""

    title: Any
    what: Any
    why: Any
    read_by: Any
    until: Any


@dataclass(frozen=True, slots=True)
class NoticeSentence:
    """What somebody is told of an event: the sentence ``text``, what it leads to (``endpoint`` and
    ``values``, as in `NavItem`), and where there is more to say, such as a public reason, that as
    plain text in ``detail``. ``because`` says why they are told to those whom it concerns
    themselves, and to followers of what is gone; others are told what they follow."""

    text: Any
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    detail: Any = ""
    because: Any = ""


@dataclass(frozen=True, slots=True)
class NewsletterItem:
    """Something that happened and is worth telling in a newsletter.

    ``key`` names it within the plugin (``closed:12``): the same at each asking, so that it is told
    once. ``at`` is when it happened (an instant, aware). ``title`` is the sentence that tells it
    and ``text`` a few more, both plain; ``endpoint`` and ``values`` lead to its page, as in
    `NavItem`. ``weight`` is from 0 to 100: results and lessons stand about 90, what one can take
    part in now about 70, what is new about 50, figures about 20. ``idea_id`` is the idea that it is
    about, by which readers who chose subjects or communes are told of it, and without which it is
    told to nobody once that idea is hidden. ``heading`` is what it stands under with its like.
    """

    key: str
    at: datetime
    title: Any
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    text: Any = ""
    heading: Any = ""
    weight: int = 50
    idea_id: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A relation that somebody (``person_id``) stands in, as those who run a service see it.

    ``relation`` is what it is called, ``of`` what to, with its page, ``since`` when; ``because``
    says how it came about. ``names`` are those by which permissions are given to it
    (``jury.juror``): with them, the page of rights says what it lets somebody do.
    """

    person_id: int
    relation: Any
    of: NavItem
    since: datetime
    because: Any = ""
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Denial:
    """A guard's refusal; ``message`` tells the person why, and what to do about it."""

    message: Any


@dataclass(frozen=True, slots=True)
class FileHolder:
    """What files belong to, as whoever asks may see it.

    ``endpoint`` and ``values`` make the address of its page, as in `NavItem`. ``public``: everybody
    who reads the service sees it.
    """

    endpoint: str
    values: Mapping[str, Any]
    public: bool


def standalone(command: C) -> C:
    """Let a command of ``register_commands`` run without an instance, a database or a service.

    Over ``@click.command()``; over a group it holds for all below it. Such a command takes all it
    works on from its arguments, and gets no ``--service``::

        @standalone
        @click.command()
        @click.argument("file", type=click.File())
        def recount(file):
            ...
    """
    _standalone.add(command)
    return command


def acts_where(find: FindService) -> Callable[[C], C]:
    """Let a command of ``register_commands`` find out in which service it acts.

    It does not ask for ``--service``: ``find(session, arguments)`` answers the id, or None where
    what stands on the command line names nothing::

        @acts_where(lambda session, arguments: service_of_issue(session, arguments["issue"]))
        @click.command()
        @click.argument("issue", type=int)
        def freeze(issue):
            ...
    """

    def mark(command: C) -> C:
        _finding[command] = find
        return command

    return mark


def acts_in_no_service(command: C) -> C:
    """Let a command of ``register_commands`` act on the whole site: it gets no ``--service``, and
    runs where the plugin is on in any service or in none."""
    _finding[command] = None
    return command


def found_by(command: click.Command) -> tuple[bool, FindService | None]:
    """Whether ``command`` does without ``--service``, and how it finds its service, if it has
    one."""
    return command in _finding, _finding.get(command)


def is_standalone(command: click.Command) -> bool:
    """Whether ``command`` was marked so."""
    return command in _standalone
