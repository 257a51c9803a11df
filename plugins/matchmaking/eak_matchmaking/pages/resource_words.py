"""How offers and needs are called: their kinds, how much of them, and the line of what is missing.

Sentences are made for the reader of the page at hand.
"""

from collections.abc import Sequence
from typing import Any

from eak_core.api import _, _l, figures, ngettext, period
from eak_matchmaking.models import Need, Offer
from eak_matchmaking.wording import resources

#: How each kind is called in forms and filters.
RESOURCE_TITLES: dict[str, Any] = {
    "place": _l("Place"),
    "equipment": _l("Equipment"),
    "skill": _l("Skill"),
    "money": _l("Money"),
    "public": _l("People to try it with"),
    "data": _l("Data"),
}

#: Why an offer has ended.
ENDINGS: dict[str, Any] = {
    "taken_back": _l("The organisation has ended it."),
    "period": _l("Its period has passed."),
    "organisation": _l("The organisation is no longer a partner."),
}

#: How a need was met.
MEETINGS: dict[str, Any] = {
    "said": _l("It has been found."),
    "pilot": _l("A partner brings it."),
}

#: So many things a line names; of others it tells the number.
NAMED = 3


def amount(thing: Offer | Need) -> str:
    """``2 000 €`` or ``40 chairs``; empty where nothing is counted."""
    if thing.quantity is None:
        return ""
    if thing.kind == "money":
        return figures.money(thing.quantity, "EUR")
    return f"{figures.number(thing.quantity)}\N{NO-BREAK SPACE}{thing.unit}"


def phrase(need: Need) -> str:
    """``un lieu (200 m²) en mars``: what is missing, in few words."""
    much = amount(need)
    if need.kind == "money" and much:
        said = much
    elif much:
        said = _("%(what)s (%(amount)s)", what=resources()[need.kind], amount=much)
    else:
        said = resources()[need.kind]
    when = period(need.starts_on, need.ends_on)
    return f"{said} {when}" if when else said


def line(needs: Sequence[Need]) -> str:
    """``Il manque : un lieu en mars, 2 000 €``; empty where nothing is missing."""
    if not needs:
        return ""
    named = ", ".join(phrase(each) for each in needs[:NAMED])
    if (more := len(needs) - NAMED) > 0:
        others = ngettext("%(num)s other thing", "%(num)s other things", more)
        named = _("%(named)s and %(others)s", named=named, others=others)
    return _("Missing: %(named)s", named=named)
