"""Charts as values: what each shows, and the table that says the same.

A chart is made of data by a pure function, and drawn by the macro `chart` or as a file. Everything
that a drawing shows is in its ``table``, which is made of the same figures here.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TypeAlias

from eak_core.web.charts.tables import Cell, Column, Label, Table, labelled
from eak_core.web.figures import number

_KEY = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class _Named:
    """What every chart has: ``key``, a word that names it on its page and in its files, its
    ``title``, and the ``caption`` of its table. `ValueError` for a key that is no such word."""

    key: str
    title: str
    caption: str

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"{self.key!r} is no key: small letters, digits and hyphens")


@dataclass(frozen=True, slots=True)
class Bar:
    """How much one thing has; ``amount`` is None where it is not told: its label says so, its bar
    is empty, and so is its cell of the table. ``facts`` are cells that no bar shows."""

    label: Label
    amount: int | None
    facts: tuple[Cell, ...] = ()


#: What a full bar may stand for, in per cent: the smallest that holds all of them is taken.
SCALES = (5, 10, 20, 25, 40, 50, 75, 100)


def scale(amounts: Iterable[int], whole: int) -> int:
    """The per cent of ``whole`` that a full bar stands for, so that the longest of ``amounts``
    fills most of it. Bars that are compared share it, and their page says it."""
    most = max(amounts, default=0)
    return next((each for each in SCALES if most * 100 <= each * whole), 100)


def full_bar(amounts: Iterable[int], whole: int) -> Fraction:
    """The amount that a full bar stands for among bars of ``amounts``, which are shares of
    ``whole``."""
    return Fraction(whole * scale(amounts, whole), 100)


@dataclass(frozen=True, slots=True)
class Bars(_Named):
    """Amounts side by side, as shares of ``whole``.

    ``things`` and ``amounts`` head the table's columns of names and amounts, ``columns`` those of
    the facts.
    """

    things: str
    amounts: str
    rows: tuple[Bar, ...]
    whole: int
    columns: tuple[Column, ...] = ()

    @property
    def per_cent(self) -> int:
        """The per cent of ``whole`` that a full bar stands for."""
        return scale([row.amount or 0 for row in self.rows], self.whole)

    @property
    def full(self) -> Fraction:
        """The amount that a full bar stands for."""
        return full_bar([row.amount or 0 for row in self.rows], self.whole)

    @property
    def table(self) -> Table:
        return labelled(
            self.caption,
            self.things,
            (Column(self.amounts), *self.columns),
            [(row.label, (row.amount, *row.facts)) for row in self.rows],
        )


@dataclass(frozen=True, slots=True)
class Grade:
    """What parts of a bar are: a grade, a kind of project. ``tone`` is its look, from 7 (strong) to
    3 (faint), 2 and 1 (hatched), or ``"apart"`` (hatched in another colour), ``"left"`` (empty).
    ``initials`` stand in parts that have room for them."""

    name: str
    tone: int | str
    initials: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: ``grade`` is the place of its grade in those of the chart."""

    grade: int
    amount: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar of parts; those of the grade ``marked`` have a frame."""

    label: Label
    parts: tuple[Part, ...]
    marked: int | None = None
    facts: tuple[Cell, ...] = ()

    @property
    def whole(self) -> int:
        return sum(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class Stacks(_Named):
    """Profiles: bars of the same length, each divided into parts.

    ``legend`` says what the grades are. ``marked`` says what a frame means, where there are frames;
    the half of each bar has a tick then. ``said`` writes an amount, where it is no mere number.
    """

    things: str
    grades: tuple[Grade, ...]
    rows: tuple[Stack, ...]
    legend: str
    marked: str = ""
    columns: tuple[Column, ...] = ()
    said: Callable[[int], str] | None = None

    @property
    def table(self) -> Table:
        columns = tuple(Column(grade.name) for grade in self.grades)
        return labelled(
            self.caption,
            self.things,
            (*columns, *self.columns),
            [(row.label, (*self._amounts(row), *row.facts)) for row in self.rows],
        )

    def _amounts(self, row: Stack) -> Iterator[Cell]:
        found = [0] * len(self.grades)
        for part in row.parts:
            found[part.grade] += part.amount
        return (amount if self.said is None else self.said(amount) for amount in found)


@dataclass(frozen=True, slots=True)
class Line:
    """What grows or falls: an amount at each of some whole numbers, which go up."""

    name: str
    points: tuple[tuple[int, int], ...]


#: As many lines as can be told apart without colours.
MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Lines(_Named):
    """Lines against a threshold: ``limit``, which is called ``limit_name``.

    ``along`` is what the whole numbers count, which ``placed`` writes; ``said`` writes an amount.
    `ValueError` where there are more lines than can be told apart (`MOST_LINES`).
    """

    along: str
    lines: tuple[Line, ...]
    limit: int
    limit_name: str
    said: Callable[[int], str] = number
    placed: Callable[[int], str] = number

    def __post_init__(self) -> None:
        _Named.__post_init__(self)
        if len(self.lines) > MOST_LINES:
            raise ValueError(f"{len(self.lines)} lines: at most {MOST_LINES} can be told apart")

    @property
    def table(self) -> Table:
        values = [dict(line.points) for line in self.lines]
        rows = tuple(
            (self.placed(place),
             *(self.said(line[place]) if place in line else None for line in values),
             self.said(self.limit))
            for place in sorted({place for line in values for place in line})
        )  # fmt: skip
        names = (self.along, *(line.name for line in self.lines), self.limit_name)
        return Table(self.caption, tuple(map(Column, names)), rows)


@dataclass(frozen=True, slots=True)
class Span:
    """What lasts from ``start`` to ``end``."""

    label: Label
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Timeline(_Named):
    """Spans of time below each other, with a mark at ``today``, where that is among them: one
    instant for all of a day, or a page that browsers keep would be another every second. Two
    ``ends`` head the table's columns of beginnings and ends."""

    things: str
    ends: tuple[str, str]
    rows: tuple[Span, ...]
    today: datetime

    @property
    def table(self) -> Table:
        start, end = self.ends
        return labelled(
            self.caption,
            self.things,
            (Column(start, is_number=False), Column(end, is_number=False)),
            [(row.label, (row.start, row.end)) for row in self.rows],
        )


@dataclass(frozen=True, slots=True)
class Place:
    """How much there is at a point, in degrees (WGS 84)."""

    name: str
    latitude: float
    longitude: float
    amount: int
    #: What it leads to on a page, for a pointer; a list beside the map leads there for everybody.
    url: str = ""


@dataclass(frozen=True, slots=True)
class PlaceMap(_Named):
    """Circles where things are: the area of each is its amount, a dot is none."""

    things: str
    amounts: str
    places: tuple[Place, ...]

    @property
    def table(self) -> Table:
        return Table(
            self.caption,
            (Column(self.things, is_number=False), Column(self.amounts)),
            tuple((place.name, place.amount) for place in self.places),
        )


@dataclass(frozen=True, slots=True)
class Node:
    """One of the things that arrows lead to; ``value`` stands below its title."""

    name: str
    title: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Flow(_Named):
    """Things below each other, with arrows from one to another: pairs of ``name`` of nodes.

    ``values`` and ``arrows_name`` head the table's columns of values and of what arrows lead to.
    """

    things: str
    values: str
    arrows_name: str
    nodes: tuple[Node, ...]
    arrows: tuple[tuple[str, str], ...]

    @property
    def table(self) -> Table:
        titles = {node.name: node.title for node in self.nodes}
        rows = tuple(
            (
                node.title,
                node.value,
                ", ".join(titles[to] for start, to in self.arrows if start == node.name),
            )
            for node in self.nodes
        )
        columns = (self.things, self.values, self.arrows_name)
        return Table(self.caption, tuple(Column(name, is_number=False) for name in columns), rows)


#: Those whose rows are lines of the page, and those that are one picture.
Rows: TypeAlias = Bars | Stacks | Timeline
Picture: TypeAlias = Lines | PlaceMap | Flow
Chart: TypeAlias = Rows | Picture
