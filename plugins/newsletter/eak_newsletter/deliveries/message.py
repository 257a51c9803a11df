"""A letter for one reader: the text of the issue, encoded once, with the two addresses put in that
are theirs alone. Encoding it anew for each took longer than the whole dialogue with the server."""

import binascii
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import url_for

from eak_core.api import Claimed, Service, bounces_mailbox
from eak_newsletter.deliveries import return_address
from eak_newsletter.deliveries.claiming import Claim
from eak_newsletter.issues.rendering import PREFERENCES, STOP, Written
from eak_newsletter.readers import letters

#: Of an encoded line, without its end (RFC 2045, 6.7).
_LINE = 70
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINKS = re.compile(f"({re.escape(PREFERENCES)}|{re.escape(STOP)})".encode())
#: Mails that are written to files are called by numbers, and the outbox counts from one.
_NUMBERS_FROM = 10**12


class Envelopes:
    """What makes the letters of one issue."""

    def __init__(self, service: Service, issue_id: int, written: Written) -> None:
        self.subject, self.issue_id = written.subject, issue_id
        self.list = f"newsletter.{service.slug}"
        self.bounces, self._key = bounces_mailbox(), return_address.signing_key()
        boundary = f"=_{sha256(written.text.encode()).hexdigest()[:32]}"
        parts = (
            f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n',
            *_part(boundary, "plain", written.text),
            *_part(boundary, "html", written.html),
            f"--{boundary}--\r\n",
        )
        self._pieces = _LINKS.split("".join(parts).encode("ascii"))
        place: dict[str, Any] = {"service_slug": service.slug, "token": "TOKEN", "_external": True}
        self._stop = url_for("newsletter.stop", **place)
        self._preferences = url_for("newsletter.preferences", **place)

    def letter(self, claim: Claim) -> Claimed:
        """The letter for the reader of ``claim``. Its key, and so its Message-ID, is the same
        at each attempt: a server or a mailbox that gets it twice can tell."""
        reader = str(claim.subscriber_id)
        stop = self._stop.replace("TOKEN", letters.STOP.token(reader))
        preferences = self._preferences.replace("TOKEN", letters.PREFERENCES.token(reader))
        links = {PREFERENCES.encode(): _soft(preferences), STOP.encode(): _soft(stop)}
        payload: Mapping[str, Any] = {
            "to": claim.address,
            "subject": self.subject,
            "list": self.list,
            "stop": stop,
            "bounces": return_address.address(self.bounces, self._key, claim.delivery_id),
            "body": b"".join([links.get(piece, piece) for piece in self._pieces]),
        }
        return Claimed(
            id=_NUMBERS_FROM + claim.delivery_id,
            key=f"newsletter:{self.issue_id}:{claim.subscriber_id}",
            kind="mail",
            payload=payload,
        )


def _part(boundary: str, kind: str, text: str) -> list[str]:
    lines = _LINE_END.sub("\r\n", f"{text.rstrip()}\n")
    encoded = binascii.b2a_qp(lines.encode(errors="replace"), istext=True).decode("ascii")
    # The library breaks lines within what stands in for the readers' own addresses.
    for link in (PREFERENCES, STOP):
        encoded = _whole(encoded, link)
    return [
        f"--{boundary}\r\n",
        f'Content-Type: text/{kind}; charset="utf-8"\r\n',
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
        encoded,
    ]


def _whole(encoded: str, link: str) -> str:
    """``encoded`` with ``link`` on lines of its own, wherever its lines were broken."""
    broken = "(?:=\r\n)?".join(re.escape(character) for character in link)
    return re.sub(broken, lambda _found: f"=\r\n{link}=\r\n", encoded)


def _soft(link: str) -> bytes:
    """``link`` in lines that are one when they are read."""
    return "=\r\n".join(link[at : at + _LINE] for at in range(0, len(link), _LINE)).encode()
