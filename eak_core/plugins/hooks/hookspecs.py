"""The hooks: every question the core asks of plugins, one function each.

A plugin answers with a function of the same name in its ``plugin.py``, marked with ``hookimpl``,
taking whichever of the arguments it needs. Each docstring says who is asked and when, and what to
answer. "Active" means on in the service at hand; "ready" means loaded and migrated, on or off.

An implementation is called in a fixed order (the core's own features come first, then what a plugin
requires, then by name). If it raises, or answers with another shape than the one said here, its
answer is left out, the fault is shown to administrators, and the page goes on without it. Wrappers
are refused: no plugin can change or hide what another one answers. A hook may gain arguments; what
it means does not change.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from datetime import datetime

    import click

    from eak_core.db import Session
    from eak_core.permissions import Actor
    from eak_core.plugins.hooks.contributions import (
        AccountLinks,
        Denial,
        DeskItem,
        FileHolder,
        Held,
        HistoryEntry,
        Kept,
        MailChoice,
        NavItem,
        NewsletterItem,
        NoticeSentence,
        Reportable,
    )
    from eak_core.plugins.hooks.importers import ImportedComment, Importer, ImportReport

PROJECT = "eak"

hookspec = pluggy.HookspecMarker(PROJECT)

hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of ``plugin.py`` as the plugin's answer to the hook of the same name. The
function takes whichever of the hook's arguments it needs, by their names. Used without arguments:
order and wrappers are the host's. A function whose name is no hook's is refused when the plugin is
loaded."""


@hookspec
def nav_items(service: Any, actor: "Actor") -> "Iterable[NavItem]":  # type: ignore[empty-body]
    """Entries for the navigation of a service.

    Active plugins, on each page of the service. Leave out what ``actor`` may not open.
    """


@hookspec
def footer_links(service: Any, actor: "Actor") -> "Iterable[NavItem]":  # type: ignore[empty-body]
    """Links in the footer of a service's pages: what people look for when they need it, and seldom.

    Active plugins, on each page of the service: answer without asking the database.
    """


@hookspec
def portal_links(session: "Session", services: Sequence[Any]) -> "AccountLinks | None":
    """Links on the portal to what goes on in services now.

    Plugins that are on in at least one service; one query answers for all ``services``, which are
    the open ones that the reader may read. Give few. Links into services where the plugin is off
    are left out by the core. None for nothing.
    """


@hookspec
def account_links(session: "Session", person_id: int, actor: "Actor") -> "AccountLinks | None":
    """What somebody has in services, on their own page.

    It is what the person ``person_id``, who asks as ``actor``, has proposed, said or offers, and
    what waits for them. Plugins that are on in at least one service; one query answers for all
    services. Give the latest few, and a link to the others. Links into services where the plugin is
    off, or which the person may not read, are left out by the core. None where they have nothing.
    """


@hookspec
def mail_choices(  # type: ignore[empty-body]
    session: "Session", person_id: int, actor: "Actor"
) -> "Iterable[MailChoice]":
    """What a person gets by mail in services, on the page where they choose how they are told.

    So there is one page for all that is written to them. It is what the person ``person_id``, who
    asks as ``actor``, gets now or has got; what they never asked for is offered elsewhere. Plugins
    that are on in at least one service; one query answers for all services. Choices of services
    where the plugin is off, or which the person may not read, are left out by the core.
    """


@hookspec
def idea_history(  # type: ignore[empty-body]
    session: "Session", service: Any, idea: Any, actor: "Actor"
) -> "Iterable[HistoryEntry]":
    """What happened to an idea beside the stages it came to.

    Active plugins, on the page of a submitted idea, where it stands among the stages by the instant
    it happened. Give what an event of the service has told of, since browsers keep the page.
    """


@hookspec
def desk_items(  # type: ignore[empty-body]
    session: "Session", service: Any, actor: "Actor"
) -> "Iterable[DeskItem]":
    """What waits for managers: an item for each kind of thing, with their number and since when.

    Active plugins, on the managers' home page. Items that count none are left out by the core,
    which shows first what has waited longest. One statement for each kind of thing.
    """


@hookspec
def followed_things(  # type: ignore[empty-body]
    session: "Session", service: Any, subjects: Sequence[str], actor: "Actor"
) -> "Mapping[str, NavItem]":
    """What people can follow: by its name in the log (``tools.tool:12``), its title and its page.

    Active plugins, once for all ``subjects``, most of which are not the plugin's: `numbered` finds
    those that are. Leave out what ``actor`` may not see now: it can be neither followed nor told of
    then.
    """


@hookspec
def reportable_things(  # type: ignore[empty-body]
    session: "Session", service: Any, subjects: Sequence[str]
) -> "Mapping[str, Reportable]":
    """What people wrote and others can report: by its name in moderation (``tools.tool:12``).

    Active plugins, once for all ``subjects``, most of which are not the plugin's (`numbered`).
    Answer for what everybody who reads the service may read, and for what moderators have hidden,
    which the core knows; leave out what was never public, and what its author has taken back.
    """


@hookspec
def notice_sentences(  # type: ignore[empty-body]
    session: "Session", service: Any, events: Sequence[Any], actor: "Actor"
) -> "Mapping[int, NoticeSentence]":
    """What people are told of events, for which the plugin's `tells` has named them.

    Active plugins, each time a page or a mail tells ``actor`` of them, once for all ``events``
    (`Recorded`), in the language of ``actor``; other plugins' are among them. By the position of
    the event. Leave out what ``actor`` may not see now, or is there no more.
    """


@hookspec
def newsletter_items(  # type: ignore[empty-body]
    session: "Session", service: Any, since: "datetime", until: "datetime"
) -> "Iterable[NewsletterItem]":
    """What happened from ``since`` until before ``until`` that is worth telling in a newsletter.

    Active plugins, when an issue is put together and again when it leaves, in the language at hand.
    Leave out what a visitor may not read now, or what is there no more: what is not answered again
    does not leave the house. Give what people want to read, not each step; a few dozen at most.
    """


@hookspec
def digest_letters(  # type: ignore[empty-body]
    session: "Session", service: Any, addresses: Collection[str]
) -> "Iterable[str]":
    """Of these addresses, whose digest of notices is due, those that a letter is about to leave to.

    Active plugins, when the mails of digests are written; the letter tells the digest
    (`take_digest`), which is put off for it by some minutes, and asked for again. Answer for
    letters that leave at once or have begun to, and no longer than a few hours.
    """


@hookspec
def held_relations(session: "Session", service: Any) -> "Iterable[Held]":  # type: ignore[empty-body]
    """Who stands in which relation to what of the plugin, for the page of a service's team.

    Active plugins. The latest first, at most a few hundred: the page of the thing itself has all.
    """


@hookspec
def can_change_stage(
    session: "Session", service: Any, idea: Any, to: str, actor: "Actor"
) -> "Denial | None":
    """A guard: refuse that ``idea`` goes to the stage ``to``, with the reason for the person.

    Active plugins, before anything is written, and in pages that only say beforehand what could be
    done: a guard reads, and locks nothing. The first `Denial` is shown. None lets it pass. A guard
    that raises refuses too, since its rule could not be checked.
    """


@hookspec
def merge_ideas(session: "Session", service: Any, idea: Any, into: Any) -> None:
    """Let what hangs on ``idea`` hang on ``into``, which says the same and stays.

    The plugin moves its rows, or raises `Refused` with the reason for the manager, and nothing is
    merged. Every ready plugin, on or off, in the transaction of the merge, while both ideas are
    held; what raises refuses it. What handlers derive follows from the event `IdeaMerged`, and from
    what the plugin publishes here. Whoever writes about an idea asks again, once it is written,
    whether the idea is public still: to refer to it waited for the merge.
    """


@hookspec
def transfer_idea(  # type: ignore[empty-body]
    session: "Session", service: Any, idea: Any, to: Any
) -> Iterable[str]:
    """Let what hangs on ``idea`` go with it from ``service`` to the service ``to``.

    The plugin moves its rows and answers what of them moderation knows (``discussion.comment:12``):
    what is hidden of it stays hidden there. Or it raises `Refused` with the reason for the manager,
    and nothing is transferred. Every ready plugin, on or off there, in the transaction of the
    transfer, while the idea is held. Each service has a log of its own: what handlers derive
    follows from what the plugin publishes here in both, or from `IdeaTransferred` in the log of
    ``service`` and `IdeaReceived` in that of ``to``.
    """


@hookspec
def file_holder(
    session: "Session", service: Any, subject: str, actor: "Actor"
) -> "FileHolder | None":
    """What ``subject`` is, to which the plugin attached files, as long as ``actor`` may see it.

    The plugin whose file is asked for alone, where it is active, each time somebody opens the file
    or it changes. ``subject`` is what `attach_files` was given (``tool:12``). None, also where the
    plugin has no answer or fails: to this person there is no such file.
    """


@hookspec
def effect_preview(  # type: ignore[empty-body]
    session: "Session", service: Any, enabling: bool
) -> Iterable[str]:
    """Sentences on what switching this plugin on or off in ``service`` changes for people.

    The plugin concerned alone, whether on or off, before an administrator confirms.
    """


@hookspec
def must_stay(session: "Session", service_id: int) -> "str | None":
    """Why the plugin must not be put aside in this service now, such as a ballot that is open.

    The plugin concerned alone, when its hooks keep failing. What fails is left out of pages then,
    and nothing else is done; a plugin that raises here stays too. None lets it be put aside.
    """


@hookspec
def reset_projections(session: "Session", service_id: int) -> None:
    """Delete what the plugin's handlers derived from the events of this service.

    The plugin concerned alone, when it is built anew: all events follow from the first one. What
    people entered through the plugin's own forms must stay. Counters are reset by the core.
    """


@hookspec
def export_person(  # type: ignore[empty-body]
    session: "Session", person_id: int
) -> Mapping[str, Any]:
    """Everything the plugin stores about a person, of all services, for the copy they asked for.

    Every ready plugin, on or off. Values that JSON can hold, datetimes included.
    """


@hookspec
def kept_data() -> "Iterable[Kept]":  # type: ignore[empty-body]
    """What the plugin stores about people, for the register on the page of personal data.

    Every ready plugin, on or off: what is stored does not go when it is switched off.
    """


@hookspec
def legal_holds(session: "Session", person_id: int) -> Iterable[str]:  # type: ignore[empty-body]
    """Why what the plugin stores about a person is still needed though their time is over.

    Such as an appeal that nobody has decided: each in a sentence, which the person reads. Every
    ready plugin, on or off. Accounts that nobody uses are not erased meanwhile.
    """


@hookspec
def erase_person(session: "Session", person_id: int) -> None:
    """Delete, or cut from the person, everything the plugin stores about them, of all services.

    Every ready plugin, on or off, in the transaction of the erasure. If it raises, nothing is
    erased and the administrator is told, because half an erasure would look like a whole one.
    """


@hookspec
def importer() -> "Importer":  # type: ignore[empty-body]
    """The importer behind ``eak import <plugin>``.

    Every ready plugin, once at start, on or off: an import is an operator's act, and ideas keep
    where they come from without the plugin.
    """


@hookspec
def import_comments(  # type: ignore[empty-body]
    session: "Session", service: Any, comments: "Sequence[ImportedComment]"
) -> "ImportReport":
    """Take over comments of another site on ideas imported from there.

    Active plugins, with a part of the file at a time; answers come after what they answer. The same
    comment may come again at the next import and must not be doubled.
    """


@hookspec
def load_demo(session: "Session", service: Any, demo: Any) -> None:
    """Add demonstration content to ``service`` through the plugin's own domain functions.

    Active plugins, once per service of a new demonstration; and a plugin that ``eak demo --with``
    names, in each service where it was off. ``demo`` is a `Demo`, with the people and ideas there
    are.
    """


@hookspec
def register_commands() -> "Iterable[click.Command]":  # type: ignore[empty-body]
    """Commands for ``eak <plugin> …``.

    Every ready plugin, once at start. A command acts in the service given with ``--service`` and is
    refused where the plugin is off there; one marked ``standalone`` needs neither service nor site.
    What it did is committed when it returns; an error, or an exit code other than 0, undoes it.
    """
