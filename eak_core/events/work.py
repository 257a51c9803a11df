"""What is registered to happen by itself: the functions of one kind of scheduled work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: ``f(session, service, name, due_at)``, and what was computed before where something was.
Handler = Callable[..., None]
#: ``f(session, service, name, due_at)``: reads, and answers what is to be computed.
Reader = Callable[[Any, Any, str, datetime], Callable[[], Any] | None]


class Moved(Exception):
    """What scheduled work has read before it computed is no longer so: it begins again."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is done for a kind: ``writes`` in its transaction, and before it ``reads``."""

    writes: Handler
    reads: Reader | None = None
