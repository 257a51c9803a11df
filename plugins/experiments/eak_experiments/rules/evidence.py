"""How much an experiment proves: levels 1 to 5, after the Standards of Evidence of Nesta (Puttick
and Ludlow, 2013). A pure function of what was recorded; a person may lower a level, and never raise
it."""

from collections.abc import Sequence
from typing import NamedTuple


class Replication(NamedTuple):
    """An experiment that did it again, and is closed: by ``another_team``, with its ``fidelity`` in
    per cent where it was told."""

    another_team: bool
    fidelity: int | None


class Recorded(NamedTuple):
    """What was recorded of an experiment. ``before_and_after``: a baseline with its day, and
    figures after with the number they are of. ``compared``: figures of those one compares with,
    with their number. ``balanced``: those were alike in all that matters. ``kit``: complete."""

    before_and_after: bool = False
    compared: bool = False
    balanced: bool = False
    replications: Sequence[Replication] = ()
    kit: bool = False


def ceiling(recorded: Recorded) -> int:
    """The highest level that ``recorded`` bears. Each level needs those below it:

    1. it is described what is done, and why it matters;
    2. figures before and after, with the numbers they are of;
    3. and figures of a comparison group that was alike;
    4. and it was done again, and evaluated, by another team;
    5. and the kit is complete, and two adopters or more told how faithful they were.
    """
    others = [each for each in recorded.replications if each.another_team]
    faithful = [each for each in recorded.replications if each.fidelity is not None]
    steps = (
        recorded.before_and_after,
        recorded.compared and recorded.balanced,
        bool(others),
        recorded.kit and len(faithful) >= 2,
    )
    level = 1
    for holds in steps:
        if not holds:
            break
        level += 1
    return level


def level(highest: int, lowered_to: int | None) -> int:
    """The level that is shown: what a person lowered it to, and never more than the ``highest``."""
    return highest if lowered_to is None else max(1, min(highest, lowered_to))
