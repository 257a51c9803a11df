"""``eak keys``, and what the doctor says of keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from eak_core.app import create_app
from eak_core.config import load
from eak_core.db import write_session
from eak_core.events import SITE
from eak_core.keys.signing import signer
from tests.core.cli.conftest import Eak

pytestmark = pytest.mark.usefixtures("no_plugins")


@pytest.fixture
def app(site: Path) -> Iterator[Flask]:
    """An application of the site that has signed something."""
    found = create_app(load(site))
    with found.app_context():
        with write_session(found) as session:
            signer(session, "core", "deeds", SITE, "example.org")
        yield found


def test_nothing_signed_is_said(eak: Eak, site: Path) -> None:
    assert "Nothing was ever signed here." in eak("keys", "list").out
    refused = eak("keys", "rotate", "core", "deeds")
    assert refused.code == 1
    assert "Nothing has been signed there yet" in refused.err


def test_a_rotation_says_the_new_key_and_what_to_keep(eak: Eak, site: Path, app: Flask) -> None:
    (before,) = eak("keys", "list", "--json").json
    done = eak("keys", "rotate", "core", "deeds")
    assert done.code == 0, done.err
    ended, current = eak("keys", "list", "--json").json
    assert ended == {**before, "until": current["since"]}
    assert current["until"] is None
    for said in (current["key"], current["verifier_key"], current["file"]):
        assert said in done.out
    assert "could not sign for it" not in done.out
    assert not (site / "secrets" / before["file"]).exists()
    assert (site / "secrets" / current["file"]).exists()


def test_a_revocation_needs_its_reason_and_is_listed(eak: Eak, site: Path, app: Flask) -> None:
    (key,) = eak("keys", "list", "--json").json
    revoke = ("keys", "revoke", key["key"], "--since", "2024-01-02")
    assert eak(*revoke).code == 2
    done = eak(*revoke, "--reason", "A laptop was stolen.")
    assert done.code == 0, done.err
    (revoked,) = eak("keys", "list", "--json").json
    assert revoked["revoked_since"] == "2024-01-02T00:00:00+00:00"
    assert revoked["reason"] == "A laptop was stolen."
    assert not (site / "secrets" / key["file"]).exists()
    unknown = eak("keys", "revoke", "nobody", "--since", "2024-01-02", "--reason", "x")
    assert unknown.code == 1


def about_keys(eak: Eak) -> list[tuple[bool, str]]:
    checks = eak("doctor", "--json").json["checks"]
    return [(each["ok"], each["sentence"]) for each in checks if each["about"] == "keys"]


def test_the_doctor_names_a_key_that_is_lost_and_one_that_should_be_gone(
    eak: Eak, site: Path, app: Flask
) -> None:
    assert about_keys(eak) == [(True, "1 key(s) can sign.")]
    (key,) = eak("keys", "list", "--json").json
    file = site / "secrets" / key["file"]
    seed = file.read_text()
    file.unlink()
    ((well, sentence),) = about_keys(eak)
    assert not well
    assert key["key"] in sentence
    assert str(file) in sentence
    assert "The one before could not sign for it." in eak("keys", "rotate", "core", "deeds").out
    assert about_keys(eak) == [(True, "1 key(s) can sign.")]
    file.write_text(seed)  # a copy of the folder was put back
    ((well, sentence),) = about_keys(eak)
    assert not well
    assert str(file) in sentence
