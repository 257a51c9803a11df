"""The names of `eak_core.api`, by what they are for."""

import inspect

from eak_core import api as public
from eak_core.kit.reference.described import answered, entry_of, of_class
from eak_core.kit.reference.entries import Part, Section, markdown
from eak_core.kit.reference.signatures import groups, origin


def api() -> Part:
    """The reference of every name that plugins import, in the groups of its ``__all__``."""
    sections = [_section(*group) for group in groups(public)]
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


def _section(said: str, names: list[str]) -> Section:
    title, _line, text = said.partition("\n")
    entries = [entry_of(name, _value(name), *origin(public, name)) for name in names]
    return Section(title, entries, markdown(text.strip()))
