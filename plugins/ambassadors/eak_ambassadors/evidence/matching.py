"""Whom an event is evidence of, by the rules of a service: pure functions of plain values."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: Stands for whoever acted, where a field of the payload would name somebody.
ACTOR = "actor"


@dataclass(frozen=True, slots=True)
class Matcher:
    """A rule: events of the type ``event`` are evidence of the person in the field ``person`` of
    the payload (`ACTOR`: of whoever acted), where the field ``field`` says ``value``, if any."""

    rule_id: int
    event: str
    person: str
    field: str = ""
    value: str = ""

    def person_of(self, actor_id: int | None, data: Mapping[str, Any]) -> int | None:
        """Whom an event of this type is evidence of; None for nobody."""
        if self.field and _said(data.get(self.field)) != self.value:
            return None
        found = actor_id if self.person == ACTOR else data.get(self.person)
        return found if type(found) is int else None


def _said(value: Any) -> str:
    """A value of a payload as rules write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def condition(text: str) -> tuple[str, str]:
    """``field=value`` in two; both empty for an empty text. `ValueError` for anything else."""
    if not text.strip():
        return "", ""
    field, equals, value = text.partition("=")
    if not equals or not field.strip().isidentifier():
        raise ValueError("a condition is field=value")
    return field.strip(), value.strip()


def by_event(matchers: Iterable[Matcher]) -> dict[str, list[Matcher]]:
    """``matchers`` by the type of their events."""
    found: dict[str, list[Matcher]] = {}
    for each in matchers:
        found.setdefault(each.event, []).append(each)
    return found


def evidence(
    matchers: Iterable[Matcher],
    actor_id: int | None,
    data: Mapping[str, Any],
    watched: frozenset[int],
) -> Iterator[tuple[int, int]]:
    """The numbers of the rules by which an event is evidence, each with the person, among those who
    are ``watched``: nobody else's acts are kept."""
    for each in matchers:
        person = each.person_of(actor_id, data)
        if person in watched:
            assert person is not None
            yield each.rule_id, person
