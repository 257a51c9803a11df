"""What a password must be: long enough, not one that is tried first, and nothing else that makes
people write it down.

Every password that somebody types goes through `normal_password`, whatever it is for: two browsers
write “é” in two ways, and only one of them would open the account otherwise.
"""

import re
import unicodedata
from typing import Any

from flask import current_app
from flask_security import PasswordUtil, verify_password
from flask_security.proxies import _security

from eak_core.errors import Invalid
from eak_core.i18n import _
from eak_core.people.models import Person

#: In characters. NIST SP 800-63B asks for 8 at least and no rules of composition; ANSSI prefers 12.
SHORTEST = 12
LONGEST = 128
#: Characters of what is typed that are looked at: one letter may come as a letter and its marks.
#: Normalising takes longer than linearly, so what is longer is cut before and refused after.
MOST_TYPED = 4 * LONGEST
#: A password is refused that falls within so many guesses of somebody who tries likely ones first
#: (zxcvbn calls ten times less “safely unguessable” behind a slow hash).
FEWEST_GUESSES = 10**9
#: Characters that are weighed: a beginning that is hard to guess makes the whole hard to guess, and
#: weighing takes time that grows with the square.
WEIGHED = 24

# Written for letters. zxcvbn tries every combination of what they could stand for, which takes ten
# seconds for a password made of them; one reading each is enough to find the word behind them.
_LETTERS = str.maketrans("@({[<|!$+%", "acccciisty")
_WORDS = re.compile(r"\w{3,}")


class Passwords(PasswordUtil):
    """How Flask-Security normalises and judges what is typed."""

    def normalize(self, password: str) -> str:
        """As `normal_password`."""
        return normal_password(password)

    def validate(
        self, password: str, is_register: bool, **known: Any
    ) -> tuple[list[str] | None, str]:
        """The reasons against ``password``, if any, and its normal form. ``known`` is who it is
        for: a ``user``, or the fields of the form of registration."""
        normal = normal_password(password)
        person = known.get("user")
        about = (person.email, person.name) if person else (known.get("email"), known.get("name"))
        reason = _against(normal, [text for text in about if text])
        return [reason] if reason else None, normal


def normal_password(password: str) -> str:
    """``password`` in the one form that is hashed and compared (NFKD), bounded before it is
    normalised. A NUL byte is no character that a person types."""
    return unicodedata.normalize("NFKD", password[:MOST_TYPED].replace("\0", ""))


def is_password_of(person: Person, typed: str | None) -> bool:
    """Whether ``typed`` is the password of ``person``; False where the account has none."""
    if not typed or not person.password:
        return False
    return bool(verify_password(normal_password(typed), person.password))


def check_password(password: str, *about: str) -> str:
    """The normal form of ``password``. `Invalid` where it may not be one; ``about`` is what is
    known of its owner, and so no password (address and name)."""
    email, name = (*about, "", "")[:2]
    reasons, normal = _security.password_util.validate(password, True, email=email, name=name)
    if reasons:
        raise Invalid(_("The account was not created."), {"password": reasons[0]})
    checked: str = normal
    return checked


def _against(normal: str, about: list[str]) -> str | None:
    """The reason against a password in its normal form."""
    # As people count: a letter with its accent is one character.
    length = len(unicodedata.normalize("NFC", normal))
    if length < SHORTEST:
        return _("The password is too short: %(count)s characters at least.", count=SHORTEST)
    if length > LONGEST:
        return _("The password is too long: %(count)s characters at most.", count=LONGEST)
    if _guesses(normal, about) < FEWEST_GUESSES:
        return _(
            "This password is among those that are tried first: a common word, a series, or your"
            " own name or address. Take a sentence of several words."
        )
    return None


def _guesses(normal: str, about: list[str]) -> int:
    """About how many guesses find the password, with the lists that zxcvbn brings along."""
    # The lists take long to load, and few processes ever meet a new password.
    from zxcvbn import matching, scoring

    plain = _plain(normal)[:WEIGHED]
    if not plain:
        return 0
    known = [*about, current_app.extensions["eak_config"].site_name, "eak"]
    own = {
        _plain(part)[:WEIGHED]
        for text in known
        for part in (text, *_WORDS.findall(text[:MOST_TYPED]))
    }
    # The library's own function would keep these words in a table that all threads share.
    lists = {**matching.RANKED_DICTIONARIES, "own": matching.build_ranked_dict(sorted(own))}
    found = scoring.most_guessable_match_sequence(plain, matching.omnimatch(plain, lists))
    return int(found["guesses"])


def _plain(text: str) -> str:
    """The beginning of ``text`` as the lists have it: small letters without accents."""
    letters = unicodedata.normalize("NFKD", text[:MOST_TYPED])
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return bare.lower().translate(_LETTERS)
