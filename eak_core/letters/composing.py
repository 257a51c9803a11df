"""A mail as it leaves, in bytes.

Written by hand, since the objects of Python's ``email`` take three times as long as the whole
dialogue with the server; what is difficult in it is still the library's: encoded words (RFC 2047),
quoted-printable, addresses and dates. Tests read it back with the library.
"""

import binascii
import hashlib
import re
from collections.abc import Iterator
from email.header import Header
from email.utils import formataddr, formatdate
from functools import lru_cache
from typing import Any, NamedTuple

from eak_core.letters.message import Claimed
from eak_core.letters.recipients import recipient, sender_header

#: Longer lines are no mail (RFC 5322, 2.1.1: 998), and longer words are encoded and folded.
_PLAIN = 400
_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROLS = dict.fromkeys([*range(0x20), 0x7F])


class Envelope(NamedTuple):
    """A mail: ``to`` whom it goes, and what they read. ``ascii``: whether any server takes the
    address. ``bounces``: where servers return it, if not where all mail is returned."""

    to: str
    content: bytes
    ascii: bool
    bounces: str = ""


def compose(claimed: Claimed, sender: str, domain: str) -> Envelope:
    """The mail. Its Message-ID follows from the outbox key, so a duplicate shows as one.

    `Undeliverable` where what it is for is no address.
    """
    payload = claimed.payload
    to = recipient(payload["to"])
    digest = hashlib.sha256(claimed.key.encode()).hexdigest()[:32]
    lines = [
        f"From: {_from(sender)}",
        f"To: {to}",
        f"Subject: {_words('Subject', str(payload['subject']))}",
        f"Date: {formatdate(localtime=False)}",
        f"Message-ID: <{digest}@{domain}>",
        "Auto-Submitted: auto-generated",
        *_answered_to(payload),
        *_of_list(payload, domain),
        "MIME-Version: 1.0",
    ]
    bounces = str(payload.get("bounces", ""))
    if "body" not in payload:
        lines += _body(payload, digest)
        return Envelope(to, "\r\n".join(lines).encode(errors="replace"), to.isascii(), bounces)
    # Written once for very many, headers of its content included.
    head = "\r\n".join([*lines, ""]).encode(errors="replace")
    return Envelope(to, head + payload["body"], to.isascii(), bounces)


def _answered_to(payload: Any) -> Iterator[str]:
    """Who gets the answer, where that is not who sends."""
    if payload.get("reply_to"):
        yield f"Reply-To: {recipient(payload['reply_to'])}"


def _of_list(payload: Any, domain: str) -> Iterator[str]:
    """What lets a mail program leave the list in the place of its reader (RFC 2919, 2369, 8058)."""
    if payload.get("list"):
        yield f"List-Id: <{'.'.join(reversed(payload['list'].split('.')))}.{domain}>"
        yield "Precedence: bulk"
    if payload.get("stop"):
        yield f"List-Unsubscribe: <{payload['stop']}>"
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def _body(payload: Any, digest: str) -> Iterator[str]:
    if not payload.get("html"):
        yield from _part("plain", payload["text"])
        return
    # No part can hold it: they write each “=” as “=3D”.
    boundary = f"=_{digest}"
    yield f'Content-Type: multipart/alternative; boundary="{boundary}"'
    yield ""
    for kind, text in (("plain", payload["text"]), ("html", payload["html"])):
        yield f"--{boundary}"
        yield from _part(kind, text)
    yield f"--{boundary}--"
    yield ""


def _part(kind: str, text: str) -> Iterator[str]:
    yield f'Content-Type: text/{kind}; charset="utf-8"'
    yield "Content-Transfer-Encoding: quoted-printable"
    yield ""
    lines = _LINE_END.sub("\r\n", f"{text}\n")
    yield binascii.b2a_qp(lines.encode(errors="replace"), istext=True).decode("ascii")


@lru_cache(maxsize=8)
def _from(sender: str) -> str:
    found = sender_header(sender)
    return formataddr((found.display_name, found.addr_spec), charset="utf-8")


@lru_cache(maxsize=256)
def _words(name: str, text: str) -> str:
    """``text`` as the value of the header ``name``: one line, in ASCII."""
    line = " ".join(text.split()).translate(_CONTROLS)
    if line.isascii() and "=?" not in line and len(line) < _PLAIN:
        return line
    return Header(line, "utf-8", header_name=name).encode(linesep="\r\n")
