"""``make bench``: each figure beside its limit, measured in the same run.

Exits with 1 where a figure misses what is asked of it. ``--events`` shortens the replay,
``--votes`` the casting of votes, and so on.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from eak_core.kit.testing.databases import Databases, Kind
from tests.bench import (
    casting,
    counting,
    crowd,
    drawing,
    exporting,
    files,
    large,
    letters,
    lists,
    matching,
    newsletters,
    pages,
    readers,
    replay,
    rooms,
    searching,
    submitting,
    suggesting,
    telling,
)
from tests.bench.report import Figure, show

PARTS = (
    "submit", "replay", "pages", "files", "counting", "drawing", "exporting", "casting",
    "letters", "searching", "matching", "rooms", "suggesting", "telling", "lists",
    "newsletters", "readers", "large", "crowd",
)  # fmt: skip

KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")


def main() -> int:
    """Measure, print, and say whether all holds."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="only these")
    parser.add_argument("--events", type=int, default=replay.EVENTS, help="how long the replay is")
    parser.add_argument("--votes", type=int, default=casting.VOTES, help="how many are cast")
    parser.add_argument("--letters", type=int, default=letters.LETTERS, help="how many are sent")
    parser.add_argument(
        "--readers", type=int, default=newsletters.READERS, help="how many get a newsletter"
    )
    parser.add_argument(
        "--listed-readers", type=int, default=readers.LISTED, help="how long a list of them is"
    )
    parser.add_argument(
        "--ideas", type=int, default=searching.IDEAS_MADE, help="how many are searched"
    )
    parser.add_argument(
        "--listed", type=int, default=lists.SIZES[-1], help="among how many ideas lists are shown"
    )
    parser.add_argument(
        "--papers", type=int, default=large.VOTES, help="how many votes a ballot is shown with"
    )
    parser.add_argument(
        "--seconds", type=int, default=crowd.SECONDS, help="how long fifty people ask at once"
    )
    given = parser.parse_args()
    parts = given.parts or PARTS
    folder = Path(tempfile.mkdtemp(prefix="eak-bench-"))
    databases = Databases(folder / "databases")
    figures: list[Figure] = []
    try:
        for kind in KINDS:
            figures += _on(kind, parts, given, databases, folder)
        if "pages" in parts:
            figures += pages.measure(databases, folder / "pages")
        if "counting" in parts:
            figures += counting.measure()
        if "drawing" in parts:
            figures += drawing.measure()
        if "exporting" in parts:
            figures += exporting.measure()
        if "matching" in parts:
            figures += matching.measure()
        if "suggesting" in parts:
            figures += suggesting.quality()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(figures)
    return 0 if all(figure.holds for figure in figures) else 1


def _on(
    kind: Kind,
    parts: Collection[str],
    given: argparse.Namespace,
    databases: Databases,
    folder: Path,
) -> Iterator[Figure]:
    """What is measured on each kind of database."""
    sized: dict[str, tuple[Callable[..., Iterator[Figure]], int]] = {
        "letters": (letters.measure, given.letters),
        "newsletters": (newsletters.measure, given.readers),
        "readers": (readers.measure, given.listed_readers),
        "casting": (casting.measure, given.votes),
        "searching": (searching.measure, given.ideas),
        "lists": (lists.measure, given.listed),
        "large": (large.measure, given.papers),
        "crowd": (crowd.measure, given.seconds),
    }
    others: dict[str, Callable[..., Iterator[Figure]]] = {
        "submit": submitting.measure,
        "suggesting": suggesting.measure,
        "rooms": rooms.measure,
        "telling": telling.measure,
        "files": files.measure,
    }
    if "replay" in parts:
        yield from replay.measure(databases, kind, given.events)
    for part, (measure, size) in sized.items():
        if part in parts:
            yield from measure(databases, kind, folder / f"{part}-{kind}", size)
    for part, measure in others.items():
        if part in parts:
            yield from measure(databases, kind, folder / f"{part}-{kind}")


if __name__ == "__main__":
    sys.exit(main())
