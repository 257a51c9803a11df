"""How matching rounds are spoken of: where they stand, who was left out, and why."""

from collections.abc import Mapping
from typing import Any

from eak_core.api import _, _l
from eak_matchmaking.matching.finding import Phase
from eak_matchmaking.matching.result import IdeaLeftOut, PartnerLeftOut

#: Where a round stands, each with the tone of its badge.
PHASES: Mapping[Phase, tuple[Any, str]] = {
    "open": (_l("Open"), "progress"),
    "closing": (_l("Being matched"), "attention"),
    "closed": (_l("Matched"), "success"),
    "cancelled": (_l("Called off"), "stopped"),
}
#: Where a pair stands, each with the tone of its badge.
PAIRS: Mapping[str, tuple[Any, str]] = {
    "waiting": (_l("To be decided"), "attention"),
    "confirmed": (_l("Confirmed"), "success"),
    "declined": (_l("Not kept"), "stopped"),
    "dropped": (_l("Fallen away"), "neutral"),
}
#: Why an idea goes with nobody.
IDEAS_LEFT_OUT: Mapping[IdeaLeftOut, Any] = {
    "gone": _l("It was no longer public at the closing."),
    "stage": _l("It could not be piloted any more where it stood at the closing."),
    "no_need": _l("Nothing was missing for it any more."),
    "nobody": _l(
        "No partner goes with it: none of them offers what it needs, or pilots it already, or one"
        " of the two sides did not want the other."
    ),
    "refused": _l("All those whom it wanted had taken others:"),
}
#: Why a partner goes with nobody.
PARTNERS_LEFT_OUT: Mapping[PartnerLeftOut, Any] = {
    "unverified": _l("The service has not verified it yet."),
    "no_place": _l("None of its offers had a place left."),
    "nobody": _l(
        "No idea goes with it: none needs what it offers, or it pilots it already, or one of the"
        " two sides did not want the other."
    ),
    "not_asked": _l("Every idea that could have gone with it has a partner that it wanted more."),
}
#: Why nothing comes of a pair any more.
DROPPED: Mapping[str, Any] = {
    "organisation": _l("The organisation is no longer a partner: nothing comes of this pair."),
    "idea": _l("The idea can no longer be piloted: nothing comes of this pair."),
}


def idea_name(idea_id: int, titles: Mapping[int, Any]) -> str:
    """The title of an idea, or its number alone where not everybody may read it."""
    found = titles.get(idea_id)
    if found is None:
        return _("idea no. %(number)s, which is not public now", number=idea_id)
    return str(found.title)
