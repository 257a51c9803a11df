"""What failed: what is kept of it for administrators, and when it is tried again."""

import logging
import random
import traceback
from datetime import datetime, timedelta

from eak_core import clock

# Said at length while a plugin is written; on a site that runs, ten thousand events may be parked.
logger = logging.getLogger("eak.failures")

CAP_SECONDS = 60.0
MAX_ERROR_CHARACTERS = 8_000


def retry_time(failures: int, *, cap: float = CAP_SECONDS) -> datetime:
    """When to try again after ``failures`` in a row: 2, 4, 8 … seconds, ±20 % so that what failed
    together does not come back together, ``cap`` at most."""
    seconds = min(cap, 2.0 ** min(failures, 16)) * random.uniform(0.8, 1.2)  # noqa: S311
    return clock.now() + timedelta(seconds=seconds)


def note(what: str, error: BaseException | str) -> str:
    """`describe`, shown to an author as it happens: ``what`` failed, and why."""
    text = describe(error)
    logger.debug("%s:\n%s", what, text)
    return text


def describe(error: BaseException | str, most: int = MAX_ERROR_CHARACTERS) -> str:
    """The text kept for administrators: the end of the traceback, where the cause stands."""
    text = error if isinstance(error, str) else "".join(traceback.format_exception(error))
    # Whatever an error says, both databases can keep it.
    return text[-most:].replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
