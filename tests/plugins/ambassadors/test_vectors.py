"""Published vectors, byte for byte, and verifiers that others wrote."""

import gzip
import json
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from openbadgeslib.baking import SVG_ELEMENT_OB3, extract_png, extract_svg
from openbadgeslib.ob3 import (
    OB3LdpVerifier,
    OB3Verifier,
    check_credential_status,
    verify_endorsement_jwt,
)
from openbadgeslib.ob3.contexts import load_context
from openvc import VerificationPolicy, verify_credential
from openvc.did.base import DidDocument, parse_did_document

from eak_ambassadors.badges import images, proofs, status
from eak_ambassadors.badges.drawing import Colours, png, svg
from eak_ambassadors.badges.encoding import (
    from_base58,
    from_base64url,
    multikey,
    read_multikey,
    to_base58,
)
from eak_ambassadors.badges.forms import OB
from eak_ambassadors.badges.issuers import did_document, did_of
from tests.plugins.ambassadors.badges import BADGE_ID, DID, HERE, LIST, Issuing, public_of

#: W3C vc-di-eddsa, TestVectors: the key pair, the credential and its proof.
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
PRIVATE = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
PROOF_VALUE = (
    "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"
)
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
UNSIGNED = {
    "@context": ["https://www.w3.org/ns/credentials/v2", EXAMPLES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
VOCABULARY = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}


def test_the_proof_of_the_w3c_is_made_byte_for_byte() -> None:
    seed = from_base58(PRIVATE[1:])[2:]
    assert multikey(public_of(seed)) == PUBLIC
    assert public_of(seed) == read_multikey(PUBLIC)
    assert f"z{to_base58(from_base58(PRIVATE[1:]))}" == PRIVATE
    signed = proofs.with_proof(
        UNSIGNED, f"did:key:{PUBLIC}#{PUBLIC}", seed,
        datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC), {EXAMPLES: VOCABULARY},
    )  # fmt: skip
    assert signed["proof"]["proofValue"] == PROOF_VALUE


def test_the_bits_of_the_specification_are_read_and_written() -> None:
    example = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    assert status.decoded(example) == bytes(16_384)
    bits = status.decoded(status.encoded([94_567]))
    assert bits[11_820] == 0x80 >> 7
    assert sum(bits) == 1
    assert [place for place in (94_566, 94_567, 94_568) if status.is_set(bits, place)] == [94_567]
    # The same list is the same text: nobody can tell when a list was written.
    assert status.encoded([5]) == status.encoded([5])
    assert len(gzip.decompress(from_base64url(status.encoded([])[1:]))) == 16_384


def test_an_issuer_is_found_where_its_name_says() -> None:
    assert did_of(HERE) == DID
    assert did_of("http://localhost:8000/culture/x") == "did:web:localhost%3A8000:culture:x"


@pytest.fixture(scope="module")
def issuing() -> Issuing:
    """An issuer whose key was followed by another one."""
    return Issuing(seeds=(b"\1" * 32, b"\2" * 32))


class Resolver:
    """Answers the document of the issuer, as its address would."""

    def __init__(self, issuing: Issuing) -> None:
        self.document = did_document(issuing.did, list(issuing.issuer().keys.values()))

    def supports(self, did: str) -> bool:
        return did == self.document["id"]

    def resolve(self, did: str) -> DidDocument:
        return parse_did_document(self.document)


def pem_of(issuing: Issuing) -> bytes:
    return Ed25519PublicKey.from_public_bytes(public_of(issuing.seed)).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_another_library_verifies_the_document(issuing: Issuing) -> None:
    """One that issued nothing of it, with the keys that the issuer's document names."""
    document = issuing.document(issuing.badge())
    policy = VerificationPolicy(require_status=False)
    resolver, contexts = Resolver(issuing), {OB: load_context(OB)}
    found = verify_credential(document, policy=policy, resolver=resolver, extra_contexts=contexts)
    assert found.credential["id"] == BADGE_ID
    document["name"] = "Directrice"
    with pytest.raises(Exception, match="does not verify"):
        verify_credential(document, policy=policy, resolver=resolver, extra_contexts=contexts)


@pytest.mark.parametrize("revoked", [(), (94_567,)])
def test_another_library_verifies_the_token_and_its_list(revoked: tuple[int, ...]) -> None:
    issuing = Issuing(seeds=(b"\1" * 32, b"\2" * 32), revoked=revoked)
    asked: list[str] = []

    def download(address: str) -> bytes:
        asked.append(address)
        return issuing.status_list().encode()

    badge = OB3Verifier(pem_of(issuing)).verify(issuing.token(issuing.badge()))
    refused = pytest.raises(Exception, match="is set at index") if revoked else nullcontext()
    with refused:
        check_credential_status(badge, download, verify_list=True, list_pubkey_pem=pem_of(issuing))
    assert asked == [LIST]


def test_another_library_verifies_the_endorsements(issuing: Issuing) -> None:
    token = issuing.token(issuing.endorsement())
    found = verify_endorsement_jwt(token, endorser_pubkey_pem=pem_of(issuing))
    assert found["endorses"] == BADGE_ID


def test_another_library_finds_the_badge_in_both_pictures(issuing: Issuing) -> None:
    token = issuing.token(issuing.badge())
    colours = Colours()
    drawn = svg("Ambassadrice & ambassadeur", ("Culture <92>", "2026 – 2028"), colours)
    assert extract_png(images.bake_png(png(colours), token), keyword=images.KEYWORD) == token
    assert extract_svg(images.bake_svg(drawn, token), element=SVG_ELEMENT_OB3) == token


def test_a_document_is_what_its_proof_signs_and_no_more(issuing: Issuing) -> None:
    """No member without a meaning: what JSON-LD would drop could be changed unseen."""
    document = issuing.document(issuing.badge())
    assert OB3LdpVerifier(pem_of(issuing)).verify(json.dumps(document)).name


def test_a_badge_is_kept_by_baking_it_twice(issuing: Issuing) -> None:
    once = images.bake_png(png(Colours()), "a.b.c")
    again = images.bake_png(once, "d.e.f")
    assert images.unbake_png(again) == "d.e.f"
