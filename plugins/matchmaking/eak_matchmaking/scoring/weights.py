"""What each part of a score can be worth: published, and in whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

#: A score is from 0 to this many points.
POINTS = 10_000

#: What is compared of what both sides state.
Feature: TypeAlias = Literal["kind", "subject", "commune", "public", "period"]
#: What else a score consists of: the words in common, the meaning of the texts, and what is lost
#: where like ideas were declined.
Kind: TypeAlias = Feature | Literal["words", "meaning", "declined"]

FEATURES: tuple[Feature, ...] = get_args(Feature)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much what is stated, the words, and the meaning count, and each feature of the first.

    Only their proportions matter. ``meaning`` is left out, and its share goes to the others, where
    no sentence encoder is in use, as it is by default. `ValueError` for one below 0, or where
    nothing counts.
    """

    stated: int = 45
    words: int = 35
    meaning: int = 20
    #: In the order of `FEATURES`.
    features: tuple[int, int, int, int, int] = (30, 25, 20, 15, 10)

    def __post_init__(self) -> None:
        for group in ((self.stated, self.words), self.features):
            if min(*group, self.meaning) < 0 or not sum(group):
                raise ValueError("a weight is 0 or more, and one of a group is above 0.")

    def points(self, *, with_meaning: bool) -> dict[Kind, int]:
        """The most points of each part; together `POINTS`."""
        meaning = self.meaning if with_meaning else 0
        stated, words, meant = apportioned(POINTS, (self.stated, self.words, meaning))
        each = apportioned(stated, self.features)
        return {**dict(zip(FEATURES, each, strict=True)), "words": words, "meaning": meant}


#: Those that hold where nobody has decided otherwise.
PUBLISHED = Weights()


def apportioned(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in whole parts by ``weights``: rounded down, and what is left goes to the largest
    remainders (Hamilton), the first of equal ones."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    places = sorted(range(len(weights)), key=lambda each: -(total * weights[each] % whole))
    for place in places[: total - sum(parts)]:
        parts[place] += 1
    return parts
