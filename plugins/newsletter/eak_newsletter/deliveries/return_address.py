"""The address that a letter comes back to: it says which letter it was, and that we have written it
there ourselves. A mail to any other address, or to one that somebody made up, is no bounce."""

import base64
import hmac
import re
from collections.abc import Iterable
from email.message import Message
from email.utils import getaddresses

from eak_core.api import plugin_secret
from eak_newsletter.manifest import plugin

_SIGNED = re.compile(r"\+n([0-9a-z]{1,13})-([a-z2-7]{16})@", re.IGNORECASE)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Where servers say to whom a mail was delivered.
_HEADERS = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "Cc")


def signing_key() -> bytes:
    """The key that addresses are signed with."""
    return plugin_secret(plugin.name, "bounces")


def address(bounces: str, key: bytes, delivery_id: int) -> str:
    """Where the letter ``delivery_id`` comes back to: the mailbox ``bounces`` with a signed part
    behind a plus (RFC 5233); empty where there is no such mailbox."""
    local, at, domain = bounces.rpartition("@")
    if not at:
        return ""
    number = _in_digits(delivery_id)
    return f"{local}+n{number}-{_signature(key, number)}@{domain}"


def delivery_of(key: bytes, recipients: Iterable[str]) -> int | None:
    """The letter that one of ``recipients`` was signed for; None where none was."""
    for recipient in recipients:
        found = _SIGNED.search(recipient)
        if found is None:
            continue
        number, signature = found[1].lower(), found[2].lower()
        if hmac.compare_digest(_signature(key, number), signature):
            return int(number, 36)
    return None


def recipients_of(message: Message) -> list[str]:
    """To whom a mail was delivered, as its headers say."""
    said = [str(each) for name in _HEADERS for each in message.get_all(name, [])]
    return [found for _name, found in getaddresses(said)]


def _in_digits(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def _signature(key: bytes, number: str) -> str:
    """80 bits, in letters that survive a change of case on the way."""
    digest = hmac.digest(key, b"bounce:" + number.encode(), "sha256")
    return base64.b32encode(digest[:10]).decode().lower()
