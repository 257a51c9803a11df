"""The public keys: for everybody, of what everybody may know."""

import base64
from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select

from eak_core import clock
from eak_core.api import Actor
from eak_core.events import SITE
from eak_core.keys.ending import revoke
from eak_core.keys.signing import Signer, signer
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.services.directory import change_service
from eak_core.services.models import Service
from eak_core.transparency import checkpoint
from eak_core.transparency.jwk import public_jwk, thumbprint
from tests.core.keys.conftest import Signing

JWKS = "/.well-known/jwks.json"
TEXT = "/.well-known/keys/verifier-keys.txt"
PAGE = "/.well-known/keys"
ALL = (JWKS, TEXT, PAGE)


def revoked(signing: Signing, kid: str) -> None:
    with signing.site.app.app_context(), signing.site.writing() as session:
        revoke(session, kid, clock.now() - timedelta(days=2), "A <b>laptop</b> was stolen.")


def signed_in(site: Site, service_id: int, name: str) -> Signer:
    with site.app.app_context(), site.writing() as session:
        return signer(session, "seal", "deeds", service_id, name)


def make_internal(site: Site) -> None:
    with site.writing() as session:
        service = session.scalars(select(Service)).one()
        change_service(
            session,
            Actor.system(),
            service,
            version=service.version_id,
            name=service.name,
            description="",
            audience="internal",
            theme=None,
        )


def test_a_key_is_written_as_the_standard_s_example() -> None:
    """RFC 8037, appendix A.2 and A.3."""
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    public = base64.urlsafe_b64decode(x + "=")
    assert public_jwk(public)["x"] == x
    assert thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_signature_is_verified_with_what_the_key_set_alone_says(signing: Signing) -> None:
    found = signing.signer()
    signature = Ed25519PrivateKey.from_private_bytes(found.seed).sign(b"a deed")
    (key,) = msgspec.json.decode(signing.site.browser().get(JWKS).data)["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert key["kid"] == found.kid
    public = base64.urlsafe_b64decode(key["x"] + "=")
    Ed25519PublicKey.from_public_bytes(public).verify(signature, b"a deed")
    assert not key.keys() & {"d", "exp", "revoked"}


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_an_old_key_signed_is_verified_for_ever_with_its_period(signing: Signing) -> None:
    old = signing.signer()
    note = checkpoint.signed_note("a deed\n", "example.org/deeds", old.seed)
    signing.rotate()
    browser = signing.site.browser()
    lines = browser.get(TEXT).text.splitlines()
    keys = [checkpoint.read_key(line) for line in lines if not line.startswith("#")]
    assert [str(key) for key in keys][1:] == [str(old.verifier_key)]
    assert checkpoint.open_note(note, keys[1]) == "a deed\n"
    assert "signs now" in lines[0]
    assert "until" in lines[2]
    now, before = msgspec.json.decode(browser.get(JWKS).data)["keys"]
    assert before["kid"] == old.kid
    assert before["iat"] <= before["exp"] <= now["iat"]
    assert "exp" not in now


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_revoked_key_says_everywhere_since_when_and_why(signing: Signing) -> None:
    revoked(signing, signing.signer().kid)
    browser = signing.site.browser()
    (key,) = msgspec.json.decode(browser.get(JWKS).data)["keys"]
    assert key["revoked"]["reason"] == "A <b>laptop</b> was stolen."
    assert key["revoked"]["revoked_at"] < key["exp"]
    assert "revoked" in browser.get(TEXT).text
    page = browser.get(PAGE).text
    assert "Révoquée" in page
    assert "A &lt;b&gt;laptop&lt;/b&gt; was stolen." in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_page_says_who_signs_under_which_name_and_how_keys_follow(signing: Signing) -> None:
    signing.signer()
    signing.rotate()
    browser = signing.site.browser()
    page = browser.get(PAGE).text
    for key in signing.keys:
        assert key.kid in page
        assert str(key.verifier_key) in page
    assert signing.site.service.name in page
    address = f"/.well-known/keys/{signing.keys[1].kid}/introduction.txt"
    assert address in page
    assert browser.get(address).text == signing.keys[1].introduction
    assert browser.get(address.replace(signing.keys[1].kid, signing.keys[0].kid)).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_tells_of_an_internal_service_or_its_keys(signing: Signing) -> None:
    site = signing.site
    browser = site.browser()
    nothing = {page: browser.get(page).data for page in (JWKS, TEXT)}
    signing.signer()
    signing.rotate()
    make_internal(site)
    agent = site.browser()
    agent.sign_in(site.people.agent)
    for each in (browser, agent):
        assert {page: each.get(page).data for page in (JWKS, TEXT)} == nothing
        page = each.get(PAGE).text
        assert not any(key.kid in page or key.name in page for key in signing.keys)
        address = f"/.well-known/keys/{signing.keys[1].kid}/introduction.txt"
        assert each.get(address).status_code == 404


def test_the_site_itself_has_keys_and_one_key_is_listed_once(site: Site) -> None:
    found = signed_in(site, SITE, "example.org")
    (key,) = msgspec.json.decode(site.browser().get(JWKS).data)["keys"]
    assert key["kid"] == found.kid


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("address", [JWKS, TEXT])
def test_files_may_be_kept_by_all_and_touch_no_session(signing: Signing, address: str) -> None:
    signing.signer()
    browser = signing.site.browser()
    browser.sign_in(signing.site.people.manager)
    answer = browser.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    tag = answer.headers["ETag"]
    assert browser.get(address, headers={"If-None-Match": tag}).status_code == 304
    signing.rotate()
    assert browser.get(address, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_gets_a_cookie_and_nothing_but_reading_is_answered(signing: Signing) -> None:
    browser = signing.site.browser()
    for address in ALL:
        assert "Set-Cookie" not in browser.get(address).headers
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert browser.open(address, method=method).status_code in {400, 405}
    assert signing.files == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_page_stands_where_nothing_was_signed(site: Site) -> None:
    answer = site.browser().get(PAGE)
    assert answer.status_code == 200
    assert "Rien n’a encore été signé." in answer.text


def test_the_number_of_queries_does_not_grow_with_the_keys(signing: Signing) -> None:
    signing.signer()
    browser = signing.site.browser()
    browser.get(PAGE)
    with Queries(signing.site.app) as few:
        browser.get(PAGE)
    for _ in range(3):
        signing.rotate()
    with Queries(signing.site.app) as many:
        browser.get(PAGE)
    assert many.count == few.count
