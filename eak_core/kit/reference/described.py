"""Entries of functions, classes, modules and constants, from their docstrings."""

import inspect
import typing
from collections.abc import Iterable, Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

from eak_core.db import Base
from eak_core.errors import EakError
from eak_core.events import Event
from eak_core.kit.reference import signatures
from eak_core.kit.reference.entries import Entry, markdown, on_one_line
from eak_core.kit.reference.events import fields_table

#: Kinds of attributes of a class that are read or called, beside plain functions.
MEMBERS = (classmethod, staticmethod, property, cached_property)


def entry_of(name: str, value: Any, module: ModuleType, there: str) -> Entry:
    """The entry of ``value``, which ``module`` knows as ``there`` and readers as ``name``."""
    if inspect.ismodule(value):
        return _of_module(name, value)
    if inspect.isclass(value):
        return of_class(name, value)
    if callable(value) and inspect.isfunction(inspect.unwrap(value)):
        return of_function(name, value)
    line, said = signatures.constant(module, there)
    return Entry(name, markdown(said), line)


def of_function(name: str, function: Any) -> Entry:
    """What a function takes, answers and raises."""
    signature = signatures.of_function(function, name)
    return Entry(name, markdown(inspect.getdoc(function) or ""), signature)


def of_class(name: str, cls: type) -> Entry:
    """What an instance is, how it is made, and what it can be asked."""
    text = [markdown(own_docstring(cls))]
    if issubclass(cls, EakError):
        text.append(f"Answered with the HTTP status {cls.status}.")
    if issubclass(cls, Event) and cls is not Event:
        text.append(fields_table(cls.__event__))
    if issubclass(cls, Base) and cls is not Base:
        text.append(_columns_table(cls))
    members = [f"- `{_call(at, member)}`: {_said(member)}" for at, member in members_of(cls)]
    if members:
        text.append("\n".join(members))
    signature = f"class {name}" if issubclass(cls, Base) else signatures.of_class(cls)
    return Entry(name, "\n\n".join(each for each in text if each), signature)


def _columns_table(model: type) -> str:
    rows = [
        f"| `{column}` | `{kind.replace('|', chr(92) + '|')}` |"
        for column, kind in signatures.columns(model)
    ]
    return "\n".join(["| attribute | type |", "|---|---|", *rows])


def members_of(cls: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that the platform gave ``cls``, and says something about;
    of its bases, those that are the platform's too and no error's."""
    seen = set()
    for base in cls.__mro__:
        if not base.__module__.startswith("eak_core") or base in {EakError, Base, Event}:
            continue
        for name, member in vars(base).items():
            of_interest = inspect.isfunction(member) or isinstance(member, MEMBERS)
            if name.startswith("_") or name in seen or not of_interest or not _said(member):
                continue
            seen.add(name)
            yield name, member


def own_docstring(cls: type) -> str:
    """What is said of the class itself, and not what it inherits."""
    return inspect.cleandoc(vars(cls).get("__doc__") or "")


def _of_module(name: str, module: ModuleType) -> Entry:
    """What a module is for, and its functions; of a package, what it names in ``__all__``, save for
    what only the application calls (``init_…``)."""
    found = {
        at: value
        for at, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not at.startswith("_")
    } or {at: getattr(module, at) for at in module.__all__ if not at.startswith("init_")}
    lines = [_line(f"{name}.{at}", value) for at, value in found.items()]
    return Entry(name, "\n\n".join([markdown(inspect.getdoc(module) or ""), "\n".join(lines)]))


def _line(name: str, value: Any) -> str:
    if inspect.isclass(value):
        made = signatures.of_class(value).replace(value.__name__, name, 1)
        line = " ".join(made.split()).replace("( ", "(").replace(", )", ")")
        return f"- `{line}`: {_said(value)}"
    if inspect.isfunction(value):
        return f"- `{_call(name, value)}`: {_said(value)}"
    return f"- `{name}`"


def _function_of(member: Any) -> Any:
    if isinstance(member, property):
        return member.fget
    if isinstance(member, cached_property):
        return member.func
    return getattr(member, "__func__", member)


def _call(name: str, member: Any) -> str:
    if isinstance(member, property | cached_property):
        return name
    return signatures.of_function(_function_of(member), name, widest=10_000)


def _said(member: Any) -> str:
    return on_one_line(markdown(getattr(_function_of(member), "__doc__", None) or ""))


def answered(functions: Iterable[Any], known: Iterable[Any]) -> list[type]:
    """The platform's classes that ``functions`` answer with and that are not ``known``, by name."""
    found: set[type] = set()
    for function in functions:
        found.update(_classes(typing.get_type_hints(inspect.unwrap(function)).get("return")))
    unknown = found - {each for each in known if isinstance(each, type)}
    return sorted(unknown, key=lambda cls: cls.__name__)


def _classes(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and hint.__module__.startswith("eak_core"):
        yield hint
    for inner in typing.get_args(hint):
        yield from _classes(inner)
