"""What is said of facts."""

from collections.abc import Mapping
from typing import Any

from eak_core.api import _l

#: The facts that a yearly report counts, by their names in the log.
FACTS: Mapping[str, Any] = {
    "nominated": _l("Nominations passed on"),
    "consented": _l("Agreed to"),
    "endorsed": _l("Endorsements"),
    "jury_drawn": _l("Juries drawn by lot"),
    "recognised": _l("Recognised"),
    "renewed": _l("Terms renewed"),
    "revoked": _l("Recognitions revoked"),
    "left": _l("Left by themselves"),
}
