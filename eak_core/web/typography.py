"""French typography in what people typed: the spaces that must not break are joined where a text is
shown, and stay what was typed where it is kept, compared, searched and exported."""

import re
from functools import lru_cache

from flask import Flask

# The narrow one stands before what is high and after what opens, the wide one before a colon and a
# unit (Lexique des règles typographiques en usage à l'Imprimerie nationale). None is added where
# nothing was typed: other languages and addresses have none.
_NARROW = re.compile(r"(?<=\S) (?=[;?!»])|(?<=\d) (?=[€%])|(?<=«) |(?<=\d) (?=\d{3}(?!\d))")
_WIDE = re.compile(
    r"(?<=\S) (?=:(?:\s|$))"
    r"|(?<=\d) (?=(?:[cdkm]?m[²³]?|km/h|k?g|h|min|s|l|ha|kWh|°C|ans?|mois|jours?|heures?|euros?)"
    r"(?!\w))"
)


# Pages show the same words and titles again and again.
@lru_cache(maxsize=2048)
def joined(text: str) -> str:
    """``text`` with the no-break spaces of French in place of the spaces that were typed there."""
    return _WIDE.sub("\u00a0", _NARROW.sub("\u202f", text))


def _shown(value: object) -> object:
    # What a macro or a filter has made is markup already, and finished.
    return joined(value) if type(value) is str and " " in value else value


def init_typography(app: Flask) -> None:
    """Let every text that a template of ``app`` shows be `joined`. Where it must come back as it
    was typed, in a form, a template says ``|forceescape``."""
    app.jinja_env.finalize = _shown
