"""Signatures of mail: the example of the RFC byte for byte, and what any verifier makes of them."""

import base64
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from eak_core.errors import Misconfigured
from eak_core.letters.dkim import (
    DkimKey,
    read_key,
    relaxed_body,
    relaxed_value,
    signer,
    to_sign,
)
from eak_core.letters.mail import mail_transport
from eak_core.letters.message import Claimed

#: RFC 8463, appendix A.
MAIL = (
    b"From: Joe SixPack <joe@football.example.com>\r\n"
    b"To: Suzie Q <suzie@shopping.example.net>\r\n"
    b"Subject: Is dinner ready?\r\n"
    b"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    b"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    b"\r\n"
    b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
)
HEADER = (
    "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=football.example.com; i=@football.example.com;"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to : subject : date : message-id : from :"
    " subject : date; bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b="
)
SIGNATURE = (
    "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
)
SEED = base64.b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")


def fields(head: bytes) -> list[tuple[str, str]]:
    lines = head.decode().split("\r\n")
    return [(line.split(":", 1)[0].lower(), line.split(":", 1)[1]) for line in lines]


def test_the_example_of_the_rfc_byte_for_byte() -> None:
    head, _empty, body = MAIL.partition(b"\r\n\r\n")
    digest = base64.b64encode(sha256(relaxed_body(body)).digest()).decode()
    assert f"bh={digest};" in HEADER
    names = "from to subject date message-id from subject date".split()
    key = DkimKey("brisbane", Ed25519PrivateKey.from_private_bytes(SEED))
    assert key.signature(to_sign(fields(head), names, HEADER)) == SIGNATURE
    assert key.record == "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def test_what_spaces_and_lines_at_the_end_count_for() -> None:
    assert relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n") == b" C\r\nD E\r\n"
    assert relaxed_body(b"") == relaxed_body(b"\r\n\r\n") == b""
    assert relaxed_body(b"no end") == b"no end\r\n"
    assert relaxed_value(" A\t B\r\n\tC  ") == "A B C"


def verified(mail: bytes, keys: Sequence[DkimKey]) -> list[bool]:
    """Whether another library takes each signature of ``mail``, the first one first."""
    records = {
        f"{key.selector}._domainkey.b.example.".encode(): key.record.encode() for key in keys
    }

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        return records[name]

    def takes(place: int) -> bool:
        try:
            return bool(dkim.DKIM(mail).verify(idx=place, dnsfunc=look_up))
        except dkim.DKIMException:
            return False

    return [takes(place) for place in range(len(keys))]


def test_mail_is_signed_with_each_key_and_no_second_from_can_be_added(tmp_path: Path) -> None:
    rsa = generate_private_key(65537, 2048)
    pem = rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "rsa.pem").write_bytes(pem)
    keys = [
        read_key("s1:rsa.pem", tmp_path),
        DkimKey("s2", Ed25519PrivateKey.from_private_bytes(SEED)),
    ]
    folder = tmp_path / "mail"
    way = mail_transport(None, folder=folder, sender="A <a@b.example>", domain="b.example",
                         dkim=signer(keys, "b.example"))  # fmt: skip
    way(
        Claimed(
            1, "k", "mail",
            {"to": "r@example.org", "subject": "Été", "text": "Bonjour  là.\n\n",
             "list": "a.b", "stop": "https://b.example/stop"},
        )
    )  # fmt: skip
    mail = (folder / "00000001.eml").read_bytes()
    assert mail.count(b"DKIM-Signature: ") == 2
    assert b"a=ed25519-sha256" in mail
    assert b"list-unsubscribe:list-unsubscribe-post:from" in mail
    assert verified(mail, keys) == [True, True]
    assert verified(mail, [keys[1], keys[0]]) == [True, True], "each record is found by its name"
    for other in (
        mail.replace(b"Bonjour", b"Bonsoir"),
        mail.replace(b"From: A", b"From: B"),
        mail.replace(b"From: A", b"From: Evil <e@e.example>\r\nFrom: A"),
        mail.replace(b"/stop>", b"/other>"),
    ):
        assert verified(other, keys) == [False, False]
    assert max(map(len, mail.split(b"\r\n"))) < 200


def test_what_is_no_key_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no key")
    for said in ("", "dkim.pem", "s1:missing.pem", "s1:bad.pem", "S 1:bad.pem"):
        with pytest.raises(Misconfigured, match="mail_dkim"):
            read_key(said, tmp_path)
