"""An instance as a file, and its matching as another; both JSON.

``{"proposers": {name: [receiver, …]}, "receivers": {name: {"capacity": n, "ranks": [proposer,
…]}}}``, each list from the best liked on.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from eak_matchmaking.rounds.explaining import blocking_pairs
from eak_matchmaking.rounds.instance import (
    MOST_PLACES,
    Instance,
    InstanceError,
    Matching,
    Receiver,
    shown,
)

#: More than a million wishes; larger files are not read.
MOST_BYTES = 32 * 1024 * 1024
LONGEST_NAME = 300
#: A number of so many digits is too large for any place where one may stand.
_MOST_DIGITS = 12


class DocumentError(ValueError):
    """A file that holds no instance; the sentence names the place."""


class _Members(list[tuple[str, Any]]):
    """An object of JSON as it is written: a name that stands there twice is still there twice."""


def read(written: bytes) -> Instance[str, str]:
    """The instance in ``written``, which is UTF-8 and at most `MOST_BYTES` long.

    `DocumentError` where it is no JSON or of another shape, where a name stands in one place twice,
    where somebody is named who is nobody, and for a list that is empty: whoever wants nobody, or is
    wanted by nobody, is left out of the file.
    """
    if len(written) > MOST_BYTES:
        raise DocumentError(f"it is larger than {MOST_BYTES // 1024**2} MiB.")
    document = _members(_parsed(written), "the document", {"proposers", "receivers"})
    proposers = {
        name: _names(wishes, f"proposers, {shown(name)}")
        for name, wishes in _named(document["proposers"], "proposers")
    }
    receivers = {}
    for name, said in _named(document["receivers"], "receivers"):
        place = f"receivers, {shown(name)}"
        fields = _members(said, place, {"capacity", "ranks"})
        receivers[name] = Receiver(fields["capacity"], _names(fields["ranks"], f"{place}, ranks"))
    try:
        return Instance(proposers, receivers)
    except InstanceError as error:
        raise DocumentError(str(error)) from error


def written(instance: Instance[str, str]) -> bytes:
    """``instance`` as the document that `read` reads: the same bytes, whatever the order of names
    was. Of an instance in which nobody wants anybody there is none."""
    document = {
        "proposers": {name: list(instance.proposers[name]) for name in sorted(instance.proposers)},
        "receivers": {
            name: {"capacity": receiver.capacity, "ranks": list(receiver.ranks)}
            for name, receiver in sorted(instance.receivers.items())
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def answer(instance: Instance[str, str], matching: Matching[str, str]) -> dict[str, Any]:
    """``matching`` as a document, in the order of names, so that it is the same whatever the order
    of the instance was."""
    return {
        "matching": {name: matching[name] for name in sorted(matching)},
        "unmatched": [name for name in sorted(matching) if matching[name] is None],
        "blocking_pairs": blocking_pairs(instance, matching),
    }


def _parsed(written: bytes) -> object:
    try:
        return json.loads(
            written.decode("utf-8-sig"),
            object_pairs_hook=_Members,
            parse_int=lambda digits: (
                int(digits) if len(digits) <= _MOST_DIGITS else MOST_PLACES + 1
            ),
        )
    except UnicodeDecodeError as error:
        raise DocumentError("it is not text in UTF-8.") from error
    except json.JSONDecodeError as error:
        place = f"Line {error.lineno}, column {error.colno}"
        raise DocumentError(f"{place}: this is no JSON ({error.msg}).") from error
    except RecursionError as error:
        raise DocumentError("its lists and objects are nested too deeply.") from error


def _members(found: object, place: str, expected: set[str]) -> Mapping[str, Any]:
    """The members of an object that has those of ``expected`` and no others."""
    members = dict(_each_once(found, place))
    for name in sorted(expected - members.keys()):
        raise DocumentError(f"{place}: “{name}” is missing.")
    for name in sorted(members.keys() - expected):
        raise DocumentError(f"{place}: {shown(name)} is not known here.")
    return members


def _named(found: object, place: str) -> Iterator[tuple[str, Any]]:
    """The members of an object that names people: at least one, each once."""
    if isinstance(found, _Members) and not found:
        raise DocumentError(f"{place}: nobody is named.")
    for name, value in _each_once(found, place):
        _check_name(name, place)
        yield name, value


def _each_once(found: object, place: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(found, _Members):
        raise DocumentError(f"{place}: an object, {{…}}, is expected.")
    seen: set[str] = set()
    for name, value in found:
        if name in seen:
            raise DocumentError(f"{place}: {shown(name)} stands there twice.")
        seen.add(name)
        yield name, value


def _names(found: object, place: str) -> tuple[str, ...]:
    if not isinstance(found, list) or isinstance(found, _Members):
        raise DocumentError(f"{place}: a list of names, […], is expected.")
    if not found:
        raise DocumentError(f"{place}: the list is empty; leave out whoever names nobody.")
    for number, name in enumerate(found, start=1):
        _check_name(name, f"{place}, number {number}")
    return tuple(found)


def _check_name(name: object, place: str) -> None:
    if not isinstance(name, str):
        raise DocumentError(f"{place}: a name in quotation marks is expected.")
    if not name.strip():
        raise DocumentError(f"{place}: a name is empty.")
    if len(name) > LONGEST_NAME:
        raise DocumentError(f"{place}: {shown(name)} is longer than {LONGEST_NAME} characters.")
    # Halves of characters cannot be written again, and control characters command a terminal.
    if not name.isprintable() and any(unicodedata.category(each) in ("Cc", "Cs") for each in name):
        raise DocumentError(f"{place}: {shown(name)} holds a character that is no text.")
