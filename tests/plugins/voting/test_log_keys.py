"""Another key signs the public log: what the old one signed in its time stands, nothing else."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import g
from sqlalchemy import text

from eak_core.api import publish
from eak_core.db import db
from eak_core.keys import ending
from eak_core.keys.signing import Ring, rotate
from eak_core.kit.testing.site import Site
from eak_core.transparency import checkpoint, merkle
from eak_voting.commands.log import _faults
from eak_voting.events import LogSigned
from eak_voting.models import Ballot
from eak_voting.publishing import published
from eak_voting.publishing.recount import recount
from eak_voting.publishing.stored import file_of
from eak_voting.transparency import log, recording
from eak_voting.transparency.records import CancelledLeaf, KeyLeaf, decode
from eak_voting.transparency.succession import key_at, wrong_key
from tests.plugins.voting.conftest import Polls

ORIGIN = "example.org/culture/votes"
OLD, NEW = (checkpoint.verifier_key(ORIGIN, bytes([number]) * 32) for number in (1, 2))
CHANGES = [(5, KeyLeaf(before=OLD.key_id.hex(), key=str(NEW)))]


def another_key(site: Site) -> None:
    with site.app.app_context(), site.writing() as session:
        rotate(session, Ring(site.service.id, "voting", "log"))


def record(site: Site, ballot: int) -> str:
    with site.app.test_request_context(), site.writing() as session:
        recording.record(session, site.service, [CancelledLeaf(ballot=ballot)])
    return head(site)


def head(site: Site) -> str:
    with site.reading() as session:
        note = log.signed_head(session, site.service.id)
    assert note is not None
    return note


def keys(site: Site) -> list[checkpoint.VerifierKey]:
    with site.reading() as session:
        return [each.verifier_key for each in recording.keys_of(session, site.service)]


def leaves(site: Site) -> list[object]:
    with site.reading() as session:
        return [decode(each.data) for each in log.leaves(session, site.service.id, 0, 100)]


def faults(site: Site) -> list[str]:
    with site.app.test_request_context():
        g.service = site.service
        found = log.head(db.session, site.service.id)  # type: ignore[arg-type]
        return list(_faults(found.size, found.root))


def verify_by_hand(note: str, public: bytes) -> None:
    """As another program would: Ed25519 over the text, with what C2SP says of the line below."""
    signed, _empty, line = note.rpartition("\n\n")
    raw = base64.b64decode(line.split()[2])
    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], f"{signed}\n".encode())


# --- The log.


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_log_says_itself_from_where_on_another_key_signs(site: Site) -> None:
    before = record(site, 1)
    another_key(site)
    assert head(site) == before
    after = record(site, 2)
    old, new = keys(site)
    assert leaves(site) == [
        CancelledLeaf(ballot=1),
        KeyLeaf(before=old.key_id.hex(), key=str(new)),
        CancelledLeaf(ballot=2),
    ]
    verify_by_hand(before, old.public)
    verify_by_hand(after, new.public)
    with pytest.raises(InvalidSignature):
        verify_by_hand(after, old.public)
    assert after.splitlines()[0] == before.splitlines()[0]
    assert faults(site) == []


def test_the_change_is_said_once(site: Site) -> None:
    record(site, 1)
    another_key(site)
    record(site, 2)
    record(site, 3)
    assert sum(isinstance(leaf, KeyLeaf) for leaf in leaves(site)) == 1
    another_key(site)
    another_key(site)
    record(site, 4)
    assert sum(isinstance(leaf, KeyLeaf) for leaf in leaves(site)) == 2
    assert faults(site) == []


def signed_with(site: Site, seed: bytes, size: int) -> None:
    """Somebody signs the true state of the log once more, with another key than its own."""
    with site.app.test_request_context(), site.writing() as session:
        named = recording.log_of(session, site.service)
        root = log.root(session, site.service.id, size)
        note = checkpoint.sign(checkpoint.Checkpoint(named.name, size, root), seed)
        publish(session, recording._signed(site.service, named, note), service_id=site.service.id)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_head_that_the_old_key_signed_after_its_end_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(site, 1)
    with site.reading() as session:
        (key,) = recording.keys_of(session, site.service)
        file = key.file
    monkeypatch.setattr(ending, "_forget_left_over", lambda _app: None)
    another_key(site)
    record(site, 2)
    with site.app.app_context():
        from eak_core.keys import seeds

        seed = seeds.read(file, key.public)
    signed_with(site, seed, 1)
    assert faults(site) == []
    signed_with(site, seed, 2)
    (fault,) = faults(site)
    assert key.verifier_key.key_id.hex() in fault
    assert fault.startswith("2 entries are signed with the key")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_head_of_a_key_that_is_not_published_is_refused(site: Site) -> None:
    record(site, 1)
    signed_with(site, bytes(32), 1)
    (fault,) = faults(site)
    assert "which is not published" in fault


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_signature_that_does_not_hold_is_refused(site: Site) -> None:
    note = record(site, 1)
    said = checkpoint.read_note(note)
    raw = bytearray(base64.b64decode(checkpoint.signature_of(note)))
    raw[-1] ^= 1
    with site.writing() as session:
        forged = LogSigned(
            service_id=site.service.id,
            number=1,
            size=said.size,
            root=said.root.hex(),
            log=said.origin,
            signature=base64.b64encode(raw).decode(),
        )
        publish(session, forged, service_id=site.service.id)
    (fault,) = faults(site)
    assert "does not hold" in fault


@pytest.mark.parametrize(
    ("size", "key"), [(1, OLD), (5, OLD), (6, NEW), (100, NEW)], ids=["1", "5", "6", "100"]
)
def test_each_size_has_its_key(size: int, key: checkpoint.VerifierKey) -> None:
    assert key_at(size, CHANGES) == key.key_id.hex()
    for number, each in ((1, OLD), (2, NEW)):
        state = checkpoint.Checkpoint(ORIGIN, size, bytes(32))
        note = checkpoint.sign(state, bytes([number]) * 32)
        assert (wrong_key(note, [OLD, NEW], CHANGES) is None) is (each == key)


def test_without_a_change_any_published_key_signs() -> None:
    assert key_at(7, []) is None


# --- What is published.


def counted(polls: Polls) -> Ballot:
    ballot = polls.open()
    polls.vote(ballot, [1])
    polls.close(ballot)
    return ballot


def file(polls: Polls, ballot: Ballot) -> bytes:
    with polls.site.app.test_request_context(), polls.site.reading() as session:
        row = session.get_one(Ballot, ballot.id)
        return published.write(file_of(session, polls.service, row))


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_file_of_a_ballot_stays_what_it_was_to_the_byte_and_names_its_key(
    polls: Polls, site: Site
) -> None:
    ballot = counted(polls)
    before = file(polls, ballot)
    another_key(site)
    assert file(polls, ballot) == before
    later = counted(polls)
    assert file(polls, ballot) == before
    old, new = keys(site)
    for data, key in ((before, old), (file(polls, later), new)):
        read = published.read(data)
        assert read.log is not None
        assert read.log.key == str(key)
        assert recount(read, str(key)).confirmed
        verify_by_hand(read.log.checkpoint, key.public)
    assert faults(site) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_page_of_the_log_shows_every_key_with_its_time(site: Site) -> None:
    record(site, 1)
    browser = site.browser()
    address = f"/{site.service.slug}/votes/journal"
    assert "Toutes les clés de ce journal" not in browser.get(address).text
    another_key(site)
    record(site, 2)
    page = browser.get(address).text
    assert "Une autre clé signe" in page
    assert 'href="/.well-known/keys"' in page
    for key in keys(site):
        assert f"<code>{key}</code>" in page
    assert browser.get(f"{address}/tete.txt").text == head(site)


@pytest.mark.parametrize("database", ["sqlite"])
def test_looking_at_a_log_that_has_not_begun_makes_no_key(site: Site) -> None:
    assert site.browser().get(f"/{site.service.slug}/votes/journal").status_code == 200
    assert keys(site) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_receipt_is_proved_with_the_key_that_signed_the_head(polls: Polls, site: Site) -> None:
    ballot = polls.open()
    receipt = polls.vote(ballot, [1]).receipt
    polls.close(ballot)
    another_key(site)
    answer = site.browser().get(f"/{site.service.slug}/votes/recu/{receipt}.json")
    proof = json.loads(answer.data)
    assert proof["key"] == str(keys(site)[0])
    checkpoint.verified(proof["checkpoint"], checkpoint.read_key(proof["key"]))


@pytest.mark.parametrize("database", ["sqlite"])
def test_receipts_keep_their_places_where_another_key_follows_before_them(
    polls: Polls, site: Site
) -> None:
    ballot = polls.open()
    receipts = [polls.vote(ballot, [1], polls.voter(number)).receipt for number in (1, 2)]
    another_key(site)
    polls.close(ballot)
    assert isinstance(leaves(site)[1], KeyLeaf)
    for receipt in receipts:
        answer = site.browser().get(f"/{site.service.slug}/votes/recu/{receipt}.json")
        proof = json.loads(answer.data)
        assert merkle.verify_inclusion(
            merkle.leaf_hash(proof["leaf"].encode()),
            proof["index"],
            proof["size"],
            [bytes.fromhex(each) for each in proof["path"]],
            bytes.fromhex(proof["root"]),
        )
    assert recount(published.read(file(polls, ballot)), None).holds
    assert faults(site) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_log_s_key_is_on_the_public_page_under_a_title(site: Site) -> None:
    record(site, 1)
    page = site.browser().get("/.well-known/keys").text
    (key,) = keys(site)
    assert str(key) in page
    assert "Le journal public des votes" in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_is_recorded_where_the_key_is_lost(site: Site) -> None:
    note = record(site, 1)
    with site.app.app_context(), site.writing() as session:
        from eak_core.keys import seeds

        (key,) = recording.keys_of(session, site.service)
        seeds.forget(key.file)
    with pytest.raises(Exception, match="is missing"):
        record(site, 2)
    assert head(site) == note
    with site.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM voting_leaf")) == 1
