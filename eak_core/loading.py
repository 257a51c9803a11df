"""How the application is loaded, by commands and by servers alike."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Load without a look for cycles among what stays: it took a quarter of the start."""
    collects, frozen = gc.isenabled(), gc.get_freeze_count()
    gc.disable()
    try:
        yield
    finally:
        # It is old from now on; as young, all of it would be looked through at once. What somebody
        # froze stays so: thawed, each full collection would look through it again.
        if collects and not frozen:
            gc.freeze()
            gc.unfreeze()
        if collects:
            gc.enable()


@contextmanager
def hidden(module: str) -> Iterator[None]:
    """Load something as if ``module`` were not installed, which is loaded later or never; nothing
    is hidden that is loaded already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # what makes an import fail
    try:
        yield
    finally:
        del sys.modules[module]
