"""How long to wait before trying again."""

import random
from datetime import datetime, timedelta

from eak_core import clock

CAP_SECONDS = 60.0


def retry_time(failures: int, *, cap: float = CAP_SECONDS) -> datetime:
    """When to try again after ``failures`` in a row: 2, 4, 8 … seconds, ±20 % so that what failed
    together does not come back together, ``cap`` at most."""
    seconds = min(cap, 2.0 ** min(failures, 16)) * random.uniform(0.8, 1.2)  # noqa: S311
    return clock.now() + timedelta(seconds=seconds)
