"""When a mailbox is left alone, as written rules. Pure.

- Refused for good once (5.x.x of RFC 3463): suspended. The server says so of a mailbox, and asking
  again hurts the standing of the site with that server.
- Refused for now three times, the first and the last two weeks apart or more: suspended. A mailbox
  may be full over a holiday.
- A complaint (a feedback report, RFC 5965): stopped. Who calls a letter unwanted has left.

What happened before a reader agreed for the last time does not count.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["hard", "soft", "complaint"]
Verdict = Literal["suspended", "complained"]

SOFT_TIMES = 3
SOFT_SPAN = timedelta(days=14)


def verdict(returned: Sequence[tuple[Kind, datetime]]) -> Verdict | None:
    """What follows from what was ``returned`` of a reader; None where nothing does."""
    kinds = {kind for kind, _at in returned}
    if "complaint" in kinds:
        return "complained"
    if "hard" in kinds:
        return "suspended"
    soft = [at for kind, at in returned if kind == "soft"]
    if len(soft) >= SOFT_TIMES and max(soft) - min(soft) >= SOFT_SPAN:
        return "suspended"
    return None
