"""The kit for tests: fixtures, the site under test, and the conformance tests."""

import inspect
from collections.abc import Callable
from typing import Any

from eak_core.kit import testing
from eak_core.kit.reference.described import answered, entry_of, of_class
from eak_core.kit.reference.entries import Entry, Part, Section, markdown
from eak_core.kit.reference.signatures import of_function as signature_of
from eak_core.kit.reference.signatures import origin


def kit() -> Part:
    """The reference of `eak_core.kit.testing`."""
    public = {name: getattr(testing, name) for name in testing.__all__}
    fixtures = {name: each for name, each in public.items() if is_fixture(each)}
    rest = {name: each for name, each in public.items() if name not in fixtures}
    more = answered(map(inspect.unwrap, fixtures.values()), rest.values())
    # What fixtures give and the kit does not name stands here too: tests call it.
    given = [cls for cls in more if cls.__module__.startswith("eak_core.kit.testing")]
    sections = [
        Section("Fixtures", [_fixture(name, each) for name, each in fixtures.items()]),
        Section("Classes and functions", [_named(name, each) for name, each in rest.items()]),
        Section("What fixtures give", [of_class(cls.__name__, cls) for cls in given]),
    ]
    return Part("testing", "The kit for tests", markdown(inspect.getdoc(testing) or ""), sections)


def is_fixture(value: Any) -> bool:
    """Whether pytest knows ``value`` as a fixture."""
    return not inspect.isfunction(value) and inspect.isfunction(inspect.unwrap(value))


def _fixture(name: str, fixture: Any) -> Entry:
    function: Callable[..., Any] = inspect.unwrap(fixture)
    given = signature_of(function).rpartition(" -> ")[2]
    given = given.removeprefix("Iterator[").removesuffix("]") if "Iterator[" in given else given
    return Entry(name, markdown(inspect.getdoc(function) or ""), f"{name}: {given}")


def _named(name: str, value: Any) -> Entry:
    return entry_of(name, value, *origin(testing, name))
