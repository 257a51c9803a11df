"""What is kept of the outcome of a round beside its pairs: figures and codes, all public."""

from typing import Literal

import msgspec

#: Why an idea takes no part after all: it cannot be read any more, cannot be piloted where it
#: stands, lacks nothing any more, nobody is acceptable to it, or all whom it wanted took others.
IdeaLeftOut = Literal["gone", "stage", "no_need", "nobody", "refused"]
#: Why a partner goes with nobody: it is not verified, has no place left, nobody is acceptable to
#: it, or nobody asked it.
PartnerLeftOut = Literal["unverified", "no_place", "nobody", "not_asked"]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Names are ids as text. ``weights`` and ``points`` are the rule of scores as it was; each
    partner had so many ``places``. ``scores`` are the points of the pairs that stand in the stable
    matching or in the one with the ``largest`` total. ``total`` and ``largest_total`` are what each
    of the two has; so many pairs (``envious``) would rather have each other than what the latter
    gives them."""

    weights: dict[str, int]
    points: int
    places: dict[str, int]
    scores: dict[str, dict[str, int]]
    total: int
    largest_total: int
    largest: dict[str, str]
    envious: int
    ideas_left_out: dict[str, IdeaLeftOut]
    partners_left_out: dict[str, PartnerLeftOut]


def written(result: Result) -> str:
    """``result`` as a row keeps it."""
    return msgspec.json.encode(result).decode()


def read(text: str) -> Result:
    """What `written` wrote."""
    return msgspec.json.decode(text, type=Result)
