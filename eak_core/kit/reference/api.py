"""The names of `eak_core.api`, by what they are for."""

import inspect
from types import ModuleType

from eak_core import api as public
from eak_core.kit.reference.described import answered, entry_of, of_class
from eak_core.kit.reference.entries import Part, Section, markdown
from eak_core.kit.reference.signatures import origin


def api() -> Part:
    """The reference of every name that plugins import, group by group."""
    sections = [_section(group) for group in public.GROUPS]
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


def _section(group: ModuleType) -> Section:
    title, _line, text = (inspect.getdoc(group) or "").partition("\n")
    entries = [entry_of(name, _value(name), *origin(group, name)) for name in group.__all__]
    return Section(title.removesuffix("."), entries, markdown(text.strip()))
