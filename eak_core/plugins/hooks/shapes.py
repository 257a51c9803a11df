"""The shape each hook answers in: what a plugin returned, made safe, or `TypeError`.

Answers are taken apart here, inside the plugin's own isolation, and not where the page is put
together: a generator that raises halfway or a list of the wrong things is the plugin's fault, not
the page's.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import click
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

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
    Today,
)
from eak_core.plugins.hooks.datasets import DataSet
from eak_core.plugins.hooks.importers import Importer, ImportReport

Shape = Callable[[Any], Any]

_FILE_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")


def html(value: Any) -> Markup:
    """Markup as it is, other text escaped."""
    return escape(_text(value))


def today(value: Any) -> list[Today]:
    """Sections, with the instants at which they end."""
    found: list[Today] = list_of(Today)(value)
    return [
        Today(html(each.section), None if each.until is None else _instant(each.until))
        for each in found
    ]


def list_of(kind: type) -> Shape:
    """Any iterable of ``kind``, as a list."""

    def shape(value: Any) -> list[Any]:
        items = list(_iterable(value))
        for item in items:
            _expect(item, kind)
        return items

    return shape


def only(kind: type) -> Shape:
    """One value of ``kind``."""

    def shape(value: Any) -> Any:
        return _expect(value, kind)

    return shape


def entries(value: Any) -> list[NavItem]:
    """Entries of a navigation: a label and an endpoint, which are text."""
    found: list[NavItem] = list_of(NavItem)(value)
    for item in found:
        _link(item)
    return found


def history(value: Any) -> list[HistoryEntry]:
    """What happened, each with an instant that has its zone."""
    found: list[HistoryEntry] = list_of(HistoryEntry)(value)
    for entry in found:
        _link(entry)
        _instant(entry.at)
    return found


def desk_items(value: Any) -> list[DeskItem]:
    """What waits, with how many there are and since when; nothing of what counts none."""
    found: list[DeskItem] = list_of(DeskItem)(value)
    for item in found:
        _link(item)
        if isinstance(item.count, bool) or _expect(item.count, int) < 0:
            raise TypeError("expected how many there are")
        for at in (item.since, item.promised):
            if at is not None:
                _instant(at)
    return [item for item in found if item.count]


def account_links(value: Any) -> AccountLinks:
    """A heading, and links that each say which service they lead to."""
    found: AccountLinks = _expect(value, AccountLinks)
    links, waiting = entries(found.links), entries(found.waiting)
    for link in (*links, *waiting):
        _expect(link.values.get("service_slug"), str)
    return AccountLinks(_text(found.heading), links, waiting)


def choices(value: Any) -> list[MailChoice]:
    """What somebody gets, each with words among which what holds now is."""
    found: list[MailChoice] = list_of(MailChoice)(value)
    for each in found:
        _expect(each.service_slug, str)
        _text(each.title)
        _text(each.summary)
        for word, title in _mapping(each.choices):
            _expect(word, str)
            _text(title)
        if each.chosen not in each.choices or not callable(each.keep):
            raise TypeError("expected what holds among the choices, and what keeps another")
    return found


def held(value: Any) -> list[Held]:
    """Relations, with the texts that say them."""
    found: list[Held] = list_of(Held)(value)
    entries([each.of for each in found])
    for each in found:
        _text(each.relation)
        _text(each.because)
    return found


def things(value: Any) -> dict[str, NavItem]:
    """Links by the names of things."""
    found = dict(_mapping(value))
    entries([_expect(item, NavItem) for item in found.values()])
    for name in found:
        _expect(name, str)
    return found


def reportable(value: Any) -> dict[str, Reportable]:
    """What can be reported, by its name, with the words that moderators read."""
    found: dict[str, Reportable] = {}
    for name, thing in _mapping(value):
        _link(_expect(thing, Reportable))
        _expect(thing.text, str)
        found[_expect(name, str)] = thing
    return found


def notices(value: Any) -> dict[int, NoticeSentence]:
    """What is said of each event, as texts of the language at hand."""
    found: dict[int, NoticeSentence] = {}
    for position, said in _mapping(value):
        _expect(said, NoticeSentence)
        _expect(said.endpoint, str)
        found[_expect(position, int)] = replace(
            said,
            values=dict(_mapping(said.values)),
            text=sentence(said.text),
            detail=sentence(said.detail),
            because=sentence(said.because),
        )
    return found


def newsletter(value: Any) -> list[NewsletterItem]:
    """What is told in a newsletter, as texts of the language at hand."""
    found: list[NewsletterItem] = list_of(NewsletterItem)(value)
    told = []
    for item in found:
        _expect(item.key, str)
        _expect(item.endpoint, str)
        _instant(item.at)
        if isinstance(item.weight, bool) or not 0 <= _expect(item.weight, int) <= 100:
            raise TypeError("expected a weight from 0 to 100")
        told.append(
            replace(
                item,
                values=dict(_mapping(item.values)),
                title=sentence(item.title),
                text=sentence(item.text),
                heading=sentence(item.heading),
            )
        )
    return told


def kept(value: Any) -> list[Kept]:
    """What is stored about people, in texts."""
    found: list[Kept] = list_of(Kept)(value)
    for each in found:
        for said in (each.title, each.what, each.why, each.read_by, each.until):
            _text(said)
    return found


def data_sets(value: Any) -> list[DataSet]:
    """Sets of open data, whose names can stand in an address."""
    found: list[DataSet] = list_of(DataSet)(value)
    for each in found:
        if not _FILE_NAME.fullmatch(_expect(each.name, str)):
            raise TypeError("expected a name of a-z, 0-9 and -")
        _text(each.title)
        _text(each.about)
    return found


def denial(value: Any) -> Denial:
    """A refusal with its reason."""
    refused: Denial = _expect(value, Denial)
    _text(refused.message)
    return refused


def _instant(value: Any) -> datetime:
    instant: datetime = _expect(value, datetime)
    if instant.utcoffset() is None:
        raise TypeError("expected an instant with its zone")
    return instant


def sentence(value: Any) -> str:
    """One text, lazy or not, as a string."""
    return str(_text(value))


def sentences(value: Any) -> list[str]:
    """An iterable of texts, lazy ones included, as strings."""
    return [str(_text(item)) for item in _iterable(value)]


def html_by_id(value: Any) -> dict[int, Markup]:
    """HTML for each id."""
    return {
        _expect(key, int): escape(_text(text)) for key, text in _mapping(value) if text is not None
    }


def columns_by_id(value: Any) -> dict[int, dict[str, int | str]]:
    """The named figures of each id."""
    found: dict[int, dict[str, int | str]] = {}
    for key, columns in _mapping(value):
        row = found[_expect(key, int)] = {}
        for name, figure in _mapping(columns):
            known = isinstance(figure, int) and not isinstance(figure, bool)
            row[_expect(name, str)] = figure if known else str(_text(figure))
    return found


def nothing(value: Any) -> None:
    """For hooks that act and have nothing to answer."""


SHAPES: Mapping[str, Shape] = {
    "nav_items": entries,
    "footer_links": entries,
    "portal_links": account_links,
    "account_links": account_links,
    "mail_choices": choices,
    "idea_history": history,
    "desk_items": desk_items,
    "slot_idea_body": html,
    "slot_idea_aside": html,
    "slot_idea_cards": html_by_id,
    "slot_service_now": today,
    "slot_service_home": html,
    "desk_pages": entries,
    "held_relations": held,
    "followed_things": things,
    "reportable_things": reportable,
    "notice_sentences": notices,
    "newsletter_items": newsletter,
    "digest_letters": list_of(str),
    "style_sheets": list_of(str),
    "idea_columns": columns_by_id,
    "open_data": data_sets,
    "can_change_stage": denial,
    "merge_ideas": nothing,
    "transfer_idea": list_of(str),
    "file_holder": only(FileHolder),
    "effect_preview": sentences,
    "must_stay": sentence,
    "reset_projections": nothing,
    "kept_data": kept,
    "legal_holds": sentences,
    "export_person": only(Mapping),
    "erase_person": nothing,
    "importer": only(Importer),
    "import_comments": only(ImportReport),
    "load_demo": nothing,
    "register_commands": list_of(click.Command),
}


def _link(item: Any) -> None:
    _text(item.label)
    _expect(item.endpoint, str)
    _expect(item.values, Mapping)


def _text(value: Any) -> Any:
    # What can say itself as text is not what was meant: a number, a list, an object.
    if not isinstance(value, str | LazyString):
        raise TypeError(f"expected text, got {type(value).__name__}")
    return value


def _iterable(value: Any) -> Iterable[Any]:
    # A text is iterable too, and never what was meant.
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"expected several, got {type(value).__name__}")
    return value


def _mapping(value: Any) -> Iterable[tuple[Any, Any]]:
    items: Iterable[tuple[Any, Any]] = _expect(value, Mapping).items()
    return items


def _expect(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value
