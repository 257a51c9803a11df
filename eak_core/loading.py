"""How the application is loaded, by commands and by servers alike."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Load without a look for cycles among what stays: it took a quarter of the start."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            # It is old from now on; as young, all of it would be looked through at once.
            gc.freeze()
            gc.unfreeze()
            gc.enable()
