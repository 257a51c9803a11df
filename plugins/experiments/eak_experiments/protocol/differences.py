"""What an amendment changed, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

from eak_experiments.protocol.document import LISTS, Protocol
from eak_experiments.protocol.steps import FIELDS

_WORDS = re.compile(r"\s+|[^\s]+")
#: Longer texts are compared as a whole: comparing words takes time that grows with the square.
_MOST_WORDS = 1_500


class Piece(NamedTuple):
    """Words that stayed, were taken away, or were added."""

    kind: Literal["same", "gone", "new"]
    text: str


class Difference(NamedTuple):
    """A field that reads otherwise: ``name`` of the protocol's, of the item ``key`` of a list, as
    ``before`` and ``after``."""

    name: str
    key: str
    before: Any
    after: Any


def differences(before: Protocol, after: Protocol) -> list[Difference]:
    """The fields in which two versions differ, in the order of the form."""
    return list(_differences(before, after))


def _differences(before: Protocol, after: Protocol) -> Iterator[Difference]:
    for names in FIELDS.values():
        for name in names:
            old, new = getattr(before, name), getattr(after, name)
            if old != new:
                yield Difference(name, "", old, new)
    for step, kind in LISTS.items():
        olds = {each.key: each for each in getattr(before, step)}
        news = {each.key: each for each in getattr(after, step)}
        for key in sorted({*olds, *news}, key=lambda each: int(each[1:])):
            for name in kind.__struct_fields__:
                old = getattr(olds.get(key), name, None)
                new = getattr(news.get(key), name, None)
                if name != "key" and old != new:
                    yield Difference(name, key, old, new)


def words(before: str, after: str) -> list[Piece]:
    """How ``before`` became ``after``: pieces of both, in the order in which one reads them."""
    if before == after:
        return [Piece("same", before)] if before else []
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MOST_WORDS:
        return [Piece("gone", before), Piece("new", after)]
    pieces: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            pieces.append(Piece("gone", "".join(old[i:j])))
        if k < m:
            pieces.append(Piece("new", "".join(new[k:m])))
    return pieces
