"""Keys: one signs at a time, all stay published, and nothing is signed that nobody could check."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from eak_core import clock
from eak_core.errors import Invalid, Misconfigured, NotFound
from eak_core.events import read_log
from eak_core.keys import ending, seeds
from eak_core.keys.ending import left_over, revoke
from eak_core.keys.models import SigningKey
from eak_core.keys.signing import published_keys, rotate, rotate_key, signer
from eak_core.kit.testing.site import Site
from eak_core.transparency import checkpoint
from tests.core.keys.conftest import Signing


def told(signing: Signing) -> list[tuple[str, int]]:
    """The events about keys in the log of the service."""
    site = signing.site
    with site.app.app_context(), site.reading() as session:
        found = read_log(session, site.service.id, types=["key."])
        return [(each.type, each.data["number"]) for each in found]


def test_a_plugin_lets_another_key_follow_its_own(signing: Signing) -> None:
    first, ring = signing.signer(), signing.ring
    with signing.site.writing() as session:
        made = rotate_key(session, ring.plugin, ring.purpose, ring.service_id)
    assert [each.kid for each in signing.keys] == [first.kid, made.kid]
    assert signing.signer().kid == made.kid
    with signing.site.writing() as session, pytest.raises(NotFound):
        rotate_key(session, ring.plugin, "nothing", ring.service_id)


# --- Signing.


def test_the_first_signature_makes_a_key_and_the_next_ones_use_it(signing: Signing) -> None:
    first = signing.signer()
    assert signing.signer() == first
    (row,) = signing.keys
    assert (row.kid, row.number, row.until) == (first.kid, 1, None)
    signature = Ed25519PrivateKey.from_private_bytes(first.seed).sign(b"a deed")
    Ed25519PublicKey.from_public_bytes(row.public).verify(signature, b"a deed")
    assert told(signing) == [("key.published", 1)]


def test_the_private_half_is_a_file_of_its_owner_and_in_no_table(signing: Signing) -> None:
    seed = signing.signer().seed
    (row,) = signing.keys
    file = signing.folder / row.file
    assert bytes.fromhex(file.read_text()) == seed
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    values = [getattr(row, column.name) for column in SigningKey.__table__.columns]
    assert not [each for each in values if each in (seed, seed.hex())]


def test_a_signer_that_is_shown_does_not_show_its_seed(signing: Signing) -> None:
    found = signing.signer()
    assert found.seed.hex() not in repr(found)
    assert str(found.seed) not in repr(found)


def test_each_service_and_purpose_has_a_key_of_its_own(signing: Signing) -> None:
    other = signing.site.add_service("routes")
    with signing.site.app.app_context(), signing.site.writing() as session:
        seeds_made = {
            signer(session, plugin, purpose, service, "example.org/x").seed
            for plugin, purpose, service in (
                ("seal", "deeds", signing.ring.service_id),
                ("seal", "letters", signing.ring.service_id),
                ("wax", "deeds", signing.ring.service_id),
                ("seal", "deeds", other.id),
            )
        }
    assert len(seeds_made) == 4


@pytest.mark.parametrize("purpose", ["", "../x", "A", "a b", "a/b", "a" * 41])
@pytest.mark.parametrize("database", ["sqlite"])
def test_a_purpose_that_could_lead_elsewhere_is_refused(signing: Signing, purpose: str) -> None:
    with pytest.raises(ValueError, match="purpose"), signing.site.app.app_context():
        seeds.make("seal", purpose)
    assert signing.files == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_name_that_no_note_can_bear_is_refused(signing: Signing) -> None:
    with pytest.raises(checkpoint.NoteError):
        signing.signer("example.org/a+b")
    assert signing.keys == []


def test_what_signs_under_another_name_is_another_key(signing: Signing) -> None:
    old = signing.signer()
    new = signing.signer("example.org/deeds/2")
    assert old.seed != new.seed
    assert [(key.name, key.until is None) for key in signing.keys] == [
        ("example.org/deeds", False),
        ("example.org/deeds/2", True),
    ]


def test_a_key_that_is_lost_is_said_and_never_replaced_in_silence(signing: Signing) -> None:
    signing.signer()
    (row,) = signing.keys
    (signing.folder / row.file).unlink()
    with pytest.raises(Misconfigured, match=row.kid):
        signing.signer()
    assert signing.files == []
    assert len(signing.keys) == 1


def test_the_file_of_another_key_is_not_signed_with(signing: Signing) -> None:
    signing.signer()
    (row,) = signing.keys
    (signing.folder / row.file).write_text("07" * 32)
    with pytest.raises(Misconfigured, match="another key"):
        signing.signer()


# --- Another key.


def test_another_key_signs_and_the_old_one_stays_published_with_its_end(signing: Signing) -> None:
    old = signing.signer()
    signing.rotate()
    new = signing.signer()
    assert new.seed != old.seed
    before, after = signing.keys
    assert (before.kid, after.kid) == (old.kid, new.kid)
    assert before.until == after.since
    assert after.until is None
    assert told(signing) == [("key.published", 1), ("key.ended", 1), ("key.published", 2)]
    with signing.site.reading() as session:
        keys = published_keys(session, "seal", "deeds", signing.ring.service_id)
        assert [key.number for key in keys] == [1, 2]


def test_what_the_old_key_was_made_from_is_gone_and_the_new_one_is_there(signing: Signing) -> None:
    signing.signer()
    signing.rotate()
    assert signing.files == [signing.keys[1].file.removeprefix("seal/")]


def test_a_rotation_that_is_rolled_back_leaves_the_old_key_to_sign(signing: Signing) -> None:
    old = signing.signer()
    with (
        pytest.raises(RuntimeError),
        signing.site.app.app_context(),
        signing.site.writing() as session,
    ):
        rotate(session, signing.ring)
        raise RuntimeError("killed in the middle")
    assert signing.signer() == old
    assert len(signing.keys) == 1


def test_a_death_behind_the_commit_leaves_a_file_that_the_doctor_names_and_the_next_act_deletes(
    signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing.signer()
    with monkeypatch.context() as patched:
        patched.setattr(ending, "_forget_left_over", lambda _app: None)
        signing.rotate()
    with signing.site.app.app_context(), signing.site.reading() as session:
        assert list(left_over(session)) == [signing.keys[0].file]
    signing.rotate()
    assert signing.files == [signing.keys[2].file.removeprefix("seal/")]


def test_both_keys_sign_that_one_follows_the_other(signing: Signing) -> None:
    old = signing.signer()
    signing.rotate()
    new = signing.signer()
    note = signing.keys[1].introduction
    assert note is not None
    for key in (old, new):
        text = checkpoint.open_note(note, key.verifier_key)
        assert text.splitlines()[:2] == [str(old.verifier_key), str(new.verifier_key)]


def test_a_lost_key_can_be_replaced_and_cannot_introduce(signing: Signing) -> None:
    signing.signer()
    (signing.folder / signing.keys[0].file).unlink()
    signing.rotate()
    assert signing.keys[1].introduction is None
    assert signing.signer().kid == signing.keys[1].kid


def test_where_nothing_was_signed_there_is_nothing_to_rotate(signing: Signing) -> None:
    with pytest.raises(NotFound):
        signing.rotate()


def test_the_database_itself_knows_of_one_key_that_signs(signing: Signing) -> None:
    signing.signer()
    (row,) = signing.keys
    values = {column.name: getattr(row, column.name) for column in SigningKey.__table__.columns}
    with pytest.raises(IntegrityError), signing.site.writing() as session:
        session.execute(insert(SigningKey).values({**values, "number": 2}))


def test_of_those_who_sign_first_at_once_all_get_one_key(signing: Signing) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(lambda _: signing.signer().kid, range(12)))
    assert len(found) == 1
    assert len(signing.keys) == len(signing.files) == 1


def test_rotations_and_signatures_at_once_use_no_key_outside_of_its_time(signing: Signing) -> None:
    """Each signature says when its transaction held the key; no end lies before that."""
    signing.signer()
    signed: list[tuple[str, datetime]] = []

    def act(number: int) -> None:
        if number % 4 == 0:
            signing.rotate()
            return
        with signing.site.app.app_context(), signing.site.writing() as session:
            found = signer(session, "seal", "deeds", signing.ring.service_id, "example.org/deeds")
            signed.append((found.kid, clock.now()))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(24)))
    keys = {key.kid: key for key in signing.keys}
    assert [key.until for key in keys.values()].count(None) == 1
    for kid, at in signed:
        assert keys[kid].since <= at
        assert keys[kid].until is None or at <= keys[kid].until


# --- Keys in other hands.


def revoked(signing: Signing, kid: str, *, reason: str = "A laptop was stolen.") -> None:
    with signing.site.app.app_context(), signing.site.writing() as session:
        revoke(session, kid, clock.now() - timedelta(days=2), reason)


def test_a_revoked_key_signs_no_more_and_says_since_when_and_why(signing: Signing) -> None:
    old = signing.signer()
    revoked(signing, old.kid)
    assert signing.files == []
    new = signing.signer()
    before, after = signing.keys
    assert new.kid == after.kid != old.kid
    assert (before.reason, after.introduction) == ("A laptop was stolen.", None)
    assert before.revoked_since is not None
    assert before.until is not None
    assert before.revoked_since < before.until


def test_a_key_that_ended_can_be_revoked_and_keeps_its_end(signing: Signing) -> None:
    old = signing.signer()
    signing.rotate()
    end = signing.keys[0].until
    revoked(signing, old.kid)
    assert signing.keys[0].until == end
    assert signing.keys[0].revoked_since is not None
    assert signing.signer().kid == signing.keys[1].kid


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_revocation_needs_a_key_a_reason_and_a_past_instant(signing: Signing) -> None:
    kid = signing.signer().kid
    now = datetime.now(UTC)
    for key, since, reason, error in (
        ("unknown", now, "Stolen.", NotFound),
        (kid, now, " \t", Invalid),
        (kid, now + timedelta(days=1), "Stolen.", Invalid),
    ):
        with (
            signing.site.app.app_context(),
            signing.site.writing() as session,
            pytest.raises(error),
        ):
            revoke(session, key, since, reason)
    assert signing.keys[0].revoked_since is None


def test_a_key_that_two_services_share_ends_in_one_and_signs_on_in_the_other(
    signing: Signing, site: Site
) -> None:
    kept = signing.signer()
    (row,) = signing.keys
    other = site.add_service("routes")
    values = {column.name: getattr(row, column.name) for column in SigningKey.__table__.columns}
    with site.writing() as session:
        session.execute(insert(SigningKey).values({**values, "service_id": other.id}))
    signing.rotate()
    with site.app.app_context(), site.writing() as session:
        assert signer(session, "seal", "deeds", other.id, row.name).seed == kept.seed
    revoked(signing, kept.kid)
    with site.reading() as session:
        shared = published_keys(session, "seal", "deeds", other.id)
        assert shared[0].revoked_since is not None
    with site.app.app_context():
        assert not seeds.is_there(row.file)
