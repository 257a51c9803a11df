"""French typography in what people typed: the spaces that must not break are joined where a text is
shown, and stay what was typed where it is kept, compared, searched and exported."""

import re
from collections.abc import Iterator
from functools import lru_cache

from flask import Flask
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

# The narrow one stands before what is high and after what opens, the wide one before a colon and a
# unit (Lexique des règles typographiques en usage à l'Imprimerie nationale). None is added where
# nothing was typed: other languages and addresses have none.
_NARROW = re.compile(r"(?<=\S) (?=[;?!»])|(?<=\d) (?=[€%])|(?<=«) |(?<=\d) (?=\d{3}(?!\d))")
_WIDE = re.compile(
    r"(?<=\S) (?=:(?:\s|$))"
    r"|(?<=\d) (?=(?:[cdkm]?m[²³]?|km/h|k?g|h|min|s|l|ha|kWh|°C|ans?|mois|jours?|heures?|euros?)"
    r"(?!\w))"
)


_EXACT = re.compile(r"<(/?)(?:code|kbd|pre|samp)\b")


# Pages show the same words and titles again and again.
@lru_cache(maxsize=2048)
def joined(text: str) -> str:
    """``text`` with the no-break spaces of French in place of the spaces that were typed there."""
    return _WIDE.sub("\u00a0", _NARROW.sub("\u202f", text))


def _shown(value: object) -> object:
    # What a macro or a filter has made is markup already, and finished.
    return joined(value) if type(value) is str and " " in value else value


class Verbatim(Extension):
    """What a template shows within ``code``, ``kbd``, ``pre`` and ``samp`` is not French: a code
    that somebody copies from there, a command or a hash stays as it is, to the last space."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of a template, with each such expression as ``{{ (…)|escape }}``, whose
        answer is finished and so never `joined`."""
        depth, before, translated = 0, "", False
        for token in stream:
            if token.type == "data":
                for tag in _EXACT.finditer(token.value):
                    depth = max(0, depth - 1 if tag[1] else depth + 1)
            elif before == "block_begin" and token.value in ("trans", "endtrans"):
                # Between them stand names alone, no expressions.
                translated = token.value == "trans"
            exact, before = depth > 0 and not translated, token.type
            if exact and token.type == "variable_end":
                for kind, value in (("rparen", ")"), ("pipe", "|"), ("name", "escape")):
                    yield Token(token.lineno, kind, value)
            yield token
            if exact and token.type == "variable_begin":
                yield Token(token.lineno, "lparen", "(")


def init_typography(app: Flask) -> None:
    """Let every text that a template of ``app`` shows be `joined`, but for what is `Verbatim`.
    Where it must come back as it was typed, in a form, a template says ``|forceescape``."""
    app.jinja_env.finalize = _shown
    app.jinja_env.add_extension(Verbatim)
