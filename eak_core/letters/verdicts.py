"""What a mail server means by its answer: the letter, its address, or the way to it.

The three digits say whether it is for good (5xx) or for now (4xx), and the enhanced code of RFC
3463 what it is about: ``5.1.1`` an address, ``4.7.1`` a rule of that server. Where a sender is not
let in, servers often say so only when they are told the first address: taken for a fault of that
address, it would give up all letters, one by one. So a rule that forbids is waited out, as long as
any refusal."""

import re
from enum import Enum

from eak_core.letters.message import NoSuchMailbox, Undeliverable, Unreachable

_ENHANCED = re.compile(rb"^\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
#: The server closes, or wants somebody to sign in first, whatever was asked (RFC 5321, 3.8; 4954,
#: 6).
_NOT_NOW = frozenset({421, 454, 530, 534, 535, 538})
#: What a server says that does not know what we speak of.
_NOT_UNDERSTOOD = frozenset({500, 501, 502, 503, 504})
#: Of an address: no such mailbox or host, no form of one, moved, disabled.
_NO_MAILBOX = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)})
#: The mail is too large, for this mailbox or for this server.
_TOO_LARGE = frozenset({(2, 3), (3, 4)})


class Stage(Enum):
    """What was said when the server refused."""

    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    CONTENT = "DATA"


class Refusal(Exception):
    """The server would not have it now; it may later."""


def verdict(stage: Stage, code: int, said: bytes, *, given: bool = False) -> Exception:
    """What to make of the answer ``code`` ``said`` to ``stage``: `Unreachable` where it is about
    the way, `NoSuchMailbox` or `Undeliverable` where this letter never gets there, `Refusal` where
    it may another time. ``given``: it has the content, and cannot mean a command by what it does
    not understand."""
    text = f"{stage.value}: {code} {said.decode(errors='replace')}"
    about = _about(said)
    a_command = stage is not Stage.RECIPIENT and not given
    if code in _NOT_NOW or (code in _NOT_UNDERSTOOD and a_command):
        return Unreachable(text)
    if about in _TOO_LARGE or (code == 552 and about is None and stage is not Stage.RECIPIENT):
        return Undeliverable(text) if code >= 500 else Refusal(text)
    if stage is Stage.SENDER:
        # We are the sender of every letter: what is refused here is refused to all.
        return Unreachable(text)
    if code < 500 or (about is not None and about[0] in {3, 7}):
        return Refusal(text)
    if stage is Stage.RECIPIENT and (
        about in _NO_MAILBOX or (about is None and code in {550, 551, 553})
    ):
        return NoSuchMailbox(text)
    return Undeliverable(text)


def _about(said: bytes) -> tuple[int, int] | None:
    found = _ENHANCED.match(said)
    return (int(found[2]), int(found[3])) if found else None
