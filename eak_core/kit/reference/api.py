"""The names of `eak_core.api`, by what they are about."""

import inspect

from eak_core import api as public
from eak_core.kit.reference.described import answered, entry_of, of_class
from eak_core.kit.reference.entries import Entry, Part, Section, markdown
from eak_core.kit.reference.signatures import origin

#: The rooms of the core that the names come from, in the order in which an author meets them.
ROOMS = {
    "plugins": "The plugin: what it says, answers and counts",
    "events": "Events, handlers, and what is due",
    "db": "The database",
    "errors": "Refusals",
    "permissions": "Who may do what",
    "people": "People and mail",
    "services": "Services",
    "ideas": "Ideas",
    "moderation": "Moderation",
    "web": "Pages and forms",
    "networks": "Whom a request comes from",
    "demo": "The demonstration",
    "i18n": "Words",
    "clock": "Time",
}


def api() -> Part:
    """The reference of every name that plugins import."""
    by_room: dict[str, list[Entry]] = {room: [] for room in ROOMS}
    for name in public.__all__:
        module, there = origin(public, name)
        room = [*module.__name__.split("."), there][1]
        by_room[room].append(entry_of(name, getattr(public, name), module, there))
    sections = [Section(title, by_room[room]) for room, title in ROOMS.items()]
    functions = [each for each in map(_value, public.__all__) if inspect.isroutine(each)]
    more = answered(functions, map(_value, public.__all__))
    sections.append(
        Section(
            "What some of these answer with",
            [of_class(cls.__name__, cls) for cls in more],
            "Plugins are given these and import none of them.",
        )
    )
    return Part("api", "The API", markdown(inspect.getdoc(public) or ""), sections)


def _value(name: str) -> object:
    return getattr(public, name)
