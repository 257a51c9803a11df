"""Signing mail so that its reader's server knows whom it comes from (DKIM, RFC 6376; Ed25519 after
RFC 8463), relaxed in headers and body.

From is signed once more than it stands there, so that nobody adds another. What makes a one-click
link believed (RFC 8058, 4) is signed where it is there.
"""

import base64
import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from eak_core import clock
from eak_core.config import Config
from eak_core.errors import Misconfigured
from eak_core.letters.recipients import sender_header

#: What is signed, as far as it stands in the mail.
SIGNED = (
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "list-id",
    "list-unsubscribe", "list-unsubscribe-post", "from",
)  # fmt: skip
#: Shorter keys are not believed any more (RFC 8301, 3.2).
LEAST_BITS = 1024

_SPACES = re.compile(rb"[ \t]+")
_BEFORE_END = re.compile(rb"[ \t]+\r\n")
_UNFOLDED = re.compile(r"\r\n(?=[ \t])")
_LINE = 68


class DkimKey(NamedTuple):
    """A private key, and the ``selector`` under which its public half stands in the DNS."""

    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """What signs, as the header names it."""
        return "ed25519-sha256" if isinstance(self.key, Ed25519PrivateKey) else "rsa-sha256"

    @property
    def record(self) -> str:
        """The TXT record of its public half, below ``<selector>._domainkey.<domain>``."""
        if isinstance(self.key, Ed25519PrivateKey):
            raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return f"v=DKIM1; k=ed25519; p={_text(raw)}"
        public = self.key.public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={_text(der)}"

    def signature(self, data: bytes) -> str:
        """The signature of ``data``, in Base64."""
        if isinstance(self.key, Ed25519PrivateKey):
            return _text(self.key.sign(sha256(data).digest()))
        return _text(self.key.sign(data, PKCS1v15(), SHA256()))


def read_key(said: str, folder: Path) -> DkimKey:
    """The key that a part of the setting ``mail_dkim`` names: ``selector:file``, the file in PEM,
    relative to ``folder``. `Misconfigured` for anything else."""
    selector, colon, name = said.partition(":")
    if not colon or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,62}", selector):
        raise Misconfigured("mail_dkim: expected selector:file, such as s1:dkim.pem")
    path = folder / name
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise Misconfigured(f"mail_dkim: {path} holds no private key in PEM: {error}") from error
    if isinstance(key, RSAPrivateKey) and key.key_size >= LEAST_BITS:
        return DkimKey(selector, key)
    if isinstance(key, Ed25519PrivateKey):
        return DkimKey(selector, key)
    raise Misconfigured(
        f"mail_dkim: {path} is neither RSA of {LEAST_BITS} bits or more nor Ed25519"
    )


def keys_of(config: Config) -> list[DkimKey]:
    """The keys of the setting ``mail_dkim``. `Misconfigured` where one cannot be read."""
    return [read_key(said, config.instance) for said in config.mail_dkim]


def mail_signer(config: Config) -> Callable[[bytes], bytes]:
    """What signs the site's mail; what leaves it as it is where no key is set."""
    if not config.mail_dkim:
        return lambda mail: mail
    return signer(keys_of(config), sender_header(config.mail_sender).domain)


def signer(keys: Sequence[DkimKey], domain: str) -> Callable[[bytes], bytes]:
    """What puts a signature of ``domain`` with each of ``keys`` before a mail, in bytes."""

    def sign(mail: bytes) -> bytes:
        head, _empty, body = mail.partition(b"\r\n\r\n")
        fields = _fields(head.decode("utf-8", "surrogateescape"))
        digest = _text(sha256(relaxed_body(body)).digest())
        at = int(clock.now().timestamp())
        signatures = [_signature(key, domain, fields, digest, at) for key in keys]
        return "".join(signatures).encode() + mail

    return sign


def _signature(
    key: DkimKey, domain: str, fields: Sequence[tuple[str, str]], digest: str, at: int
) -> str:
    known = {name for name, _value in fields}
    names = [name for name in SIGNED if name in known]
    header = "; ".join(
        (
            "v=1",
            f"a={key.algorithm}",
            "c=relaxed/relaxed",
            f"d={domain}",
            f"s={key.selector}",
            f"t={at}",
            f"h={':'.join(names)}",
            f"bh={digest}",
            "b=",
        )
    )
    signed = key.signature(to_sign(fields, names, header))
    lines = (signed[start : start + _LINE] for start in range(0, len(signed), _LINE))
    folded = header.replace("; ", ";\r\n\t")
    return f"DKIM-Signature: {folded}" + "\r\n\t".join(lines) + "\r\n"


def to_sign(fields: Sequence[tuple[str, str]], names: Sequence[str], header: str) -> bytes:
    """What a signature is made of: the headers ``names``, the last of several first, and that of
    the signature itself with an empty ``b=``, each relaxed."""
    left = list(fields)
    lines = []
    for name in names:
        for place in range(len(left) - 1, -1, -1):
            if left[place][0] == name:
                lines.append(f"{name}:{relaxed_value(left.pop(place)[1])}\r\n")
                break
    lines.append(f"dkim-signature:{relaxed_value(header)}")
    return "".join(lines).encode("utf-8", "surrogateescape")


def relaxed_value(value: str) -> str:
    """The value of a header on one line, with one space where there were several (3.4.2)."""
    return " ".join(_UNFOLDED.sub("", value).split())


def relaxed_body(body: bytes) -> bytes:
    """``body`` with one space where there were several, none at the ends of lines, and no empty
    lines at its end (3.4.4)."""
    body = _SPACES.sub(b" ", _BEFORE_END.sub(b"\r\n", body)).rstrip(b"\r\n ")
    return body + b"\r\n" if body else b""


def _fields(head: str) -> list[tuple[str, str]]:
    found = []
    for line in _UNFOLDED.sub("", head).split("\r\n"):
        name, _colon, value = line.partition(":")
        found.append((name.strip().lower(), value))
    return found


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
