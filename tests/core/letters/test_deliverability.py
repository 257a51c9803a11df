"""Whether our mail is believed: what the DNS says of it, and what to ask for."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dns.message
import dns.resolver
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from eak_core.config import load
from eak_core.letters import deliverability
from eak_core.letters.dkim import keys_of
from eak_core.letters.dns import is_public, resolving

DOMAIN = "ville-a.fr"
KEY = f"s1._domainkey.{DOMAIN}"


def config(folder: Path) -> Any:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "dkim.pem").write_bytes(pem)
    return load(
        folder, mail_url="smtp://127.0.0.1:9", mail_sender=f"A <a@lettre.{DOMAIN}>",
        mail_bounces=f"r@{DOMAIN}", mail_dkim=["s1:dkim.pem"],
    )  # fmt: skip


def standings(folder: Path, records: dict[str, list[str] | None]) -> dict[str, str]:
    here = config(folder)
    found = deliverability.look(here, lambda name, kind: records.get(f"{kind} {name}", []))
    return {each.about: each.standing for each in found}


def test_what_stands_in_the_dns_is_judged_and_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    [key] = keys_of(config(tmp_path))
    place = f"TXT s1._domainkey.lettre.{DOMAIN}"
    # In two parts, as long records are, and with spaces.
    right: dict[str, list[str] | None] = {
        f"TXT {DOMAIN}": ["google-site-verification=x", "v=spf1 include:spf.host.fr -all"],
        place: [key.record.replace("; ", " ;")],
        f"TXT _dmarc.{DOMAIN}": ["v=DMARC1; p=reject"],
        f"MX {DOMAIN}": ["10 mail.host.fr."],
    }
    fine = {"spf": "fine", "dkim": "fine", "dmarc": "fine", "mx": "fine"}
    assert standings(tmp_path, right) == fine
    assert standings(tmp_path, {}) == dict.fromkeys(fine, "missing")
    assert standings(tmp_path, dict.fromkeys(right)) == dict.fromkeys(fine, "unseen")
    for name, wrong, about in (
        (f"TXT {DOMAIN}", ["v=spf1 +all"], "spf"),
        (f"TXT {DOMAIN}", ["v=spf1 a ?all"], "spf"),
        (f"TXT {DOMAIN}", ["v=spf1 a -all", "v=spf1 mx -all"], "spf"),
        (place, ["v=DKIM1; k=ed25519; p=AAAA"], "dkim"),
        (place, ["v=DKIM1; p="], "dkim"),
        (f"TXT _dmarc.{DOMAIN}", ["v=DMARC1; p=perhaps"], "dmarc"),
    ):
        assert standings(tmp_path, {**right, name: wrong}) == {**fine, about: "wrong"}, wrong
    found = deliverability.look(config(tmp_path), lambda _name, _kind: [])
    assert f"s1._domainkey.lettre.{DOMAIN} TXT {key.record}" in [each.ask for each in found]


def test_nobody_is_asked_about_what_stands_for_nobody(tmp_path: Path) -> None:
    def refuse(name: str, kind: str) -> None:
        raise AssertionError(f"{name} was asked for")

    assert deliverability.look(load(tmp_path), refuse) == []
    for name in ("localhost", "a.example", "eak.test", "example.org", "mail.example.com"):
        assert not is_public(name)
    assert is_public("hauts-de-seine.fr")


class _Server(socketserver.BaseRequestHandler):
    """Knows one record, in two strings; falls silent at another name."""

    def handle(self) -> None:
        data, socket = self.request
        query = dns.message.from_wire(data)
        name = str(query.question[0].name)
        answer = dns.message.make_response(query)
        if name.startswith("silent."):
            return
        if name == f"{DOMAIN}.":
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", '"v=spf1 " "-all"'))
        socket.sendto(answer.to_wire(), self.client_address)


@contextmanager
def served() -> Iterator[dns.resolver.Resolver]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), _Server) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        try:
            yield resolver
        finally:
            server.shutdown()
            thread.join()


def test_the_dns_is_asked_and_who_falls_silent_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("eak_core.letters.dns.EACH", 0.1)
    with served() as resolver:
        look_up = resolving(resolver)
        assert look_up(DOMAIN, "TXT") == ["v=spf1 -all"]
        assert look_up(f"none.{DOMAIN}", "TXT") == []
        assert look_up(f"silent.{DOMAIN}", "TXT") is None
        assert look_up("a..b", "TXT") is None
        monkeypatch.setattr("eak_core.letters.dns.PATIENCE", 0.0)
        assert resolving(resolver)(DOMAIN, "TXT") is None
