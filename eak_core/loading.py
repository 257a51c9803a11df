"""How the application is loaded, by commands and by servers alike."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# `M_ARENA_MAX` of glibc's malloc.h, and how many: the process's own, and one for all its threads.
_ARENA_MAX, _ARENAS = -8, 2


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


def share_arenas() -> None:
    """Let the threads that this process begins from now on share one heap.

    glibc gives each a heap of its own, up to eight for each processor, and what one thread has
    freed serves no other: a server that had shown a few pages weighed 8 MB more. One thread works
    at a time anyway. Where there is no glibc nothing is changed.
    """
    import ctypes  # which commands that end at once need not load

    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)
