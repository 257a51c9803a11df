"""Why a file is not taken, in sentences for whoever sent it."""

from typing import Any

from eak_core.errors import Busy, Invalid


class Unfit(Invalid):
    """A file is of no kind that is taken, damaged, or too large."""

    def __init__(self, message: Any) -> None:
        super().__init__(message, {"files": message})


class StorageTrouble(Busy):
    """The storage could not do what it was asked for; the log has the reason."""

    def __init__(self, message: Any) -> None:
        super().__init__(message, retry_after=60)
