"""Why something can be reported: by the law, or by the charter of the service."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from eak_core.i18n import _l

#: Each reason by the word that is stored, in the order of the form.
GROUNDS: Mapping[str, Any] = MappingProxyType(
    {
        "threat": _l("A threat to somebody’s life or safety"),
        "minors": _l("A danger to minors, or their abuse"),
        "hatred": _l("A call to hatred, violence or discrimination"),
        "insult": _l("An insult, a libel, or an attack on a person"),
        "privacy": _l("Somebody’s private life or personal data"),
        "rights": _l("A text or a picture used without the right to"),
        "spam": _l("Advertising, or the same thing again and again"),
        "charter": _l("Another breach of the charter"),
        "other": _l("Something else that is against the law"),
    }
)

#: These cannot wait: a life may be in danger (regulation (EU) 2022/2065, article 18).
URGENT = frozenset({"threat", "minors"})
#: Of such offences whoever reports them need not say who they are (article 16, 2 c).
NAMELESS = frozenset({"minors"})


def ground_title(ground: str) -> Any:
    """What ``ground`` is called; the word itself where no such reason is known any more."""
    return GROUNDS.get(ground, ground)
