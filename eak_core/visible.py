"""What of a text can be seen, and which signs look alike.

Unicode has thousands of characters that show nothing: spaces of all widths, marks of format,
characters kept for the composition of Korean and Mongolian, the empty cell of Braille. A title made
of these alone is empty to whoever reads it. Inside a text they may matter (the joiner within an
emoji, the selector after a heart, the soft hyphen in a long word), so there they stay.
"""

import re
import unicodedata

# Default_Ignorable_Code_Point of the Unicode database (DerivedCoreProperties.txt, 16.0), which
# Python's own tables do not tell.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
#: Shown as nothing though Unicode calls them letters, symbols or anchors: the empty cell of
#: Braille, the null note head, the anchors of annotations.
_EMPTY = "\u2800\U0001d159\ufff9-\ufffb"

_ignorable = re.compile(f"[{_IGNORABLE}]+")
_seen = re.compile(f"[^\\s\\x00-\\x20\\x7f-\\xa0{_IGNORABLE}{_EMPTY}]")

# At the ends of a text these only make two equal texts differ. Joiners, selectors and tags are not
# among them: the last emoji of a text may end with one.
_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_AT_ENDS = _SPACES + "\u00ad\u200b\u2060\u2061\u2062\u2063\u2064\u2800\u3164\ufeff\uffa0"

#: What keyboards and word processors make of the same key: to a reader these are one sign.
SIGNS = {
    "'": "’‘‛ʼʹʻʽˈ′‵`´＇ꞌ",
    '"': "“”„‟«»″‶〝〞＂",
    "-": "‐‑‒–—―⁃−⸺⸻﹘﹣－",
}


def says_something(text: str) -> bool:
    """Whether ``text`` shows anything at all: this decides “empty” for every text that is needed.

    Marks alone, without a letter that bears them, say nothing either.
    """
    return any(unicodedata.category(found[0])[0] != "M" for found in _seen.finditer(text))


def trimmed(text: str) -> str:
    """``text`` without what shows nothing at its ends; empty where it `says_something` nowhere."""
    return text.strip(_AT_ENDS) if says_something(text) else ""


def without_ignorable(text: str) -> str:
    """``text`` without the characters that stand in it unseen, such as soft hyphens and joiners;
    spaces stay."""
    return _ignorable.sub("", text)
