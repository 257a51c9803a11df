"""Badges are verified, and each way of tampering is refused with a reason of its own."""

import gzip
import json
import tracemalloc
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from eak_ambassadors.badges import images, jwt, status
from eak_ambassadors.badges.drawing import Colours, png, svg
from eak_ambassadors.badges.encoding import to_base64url
from eak_ambassadors.badges.faults import SENTENCES, Fault
from eak_ambassadors.badges.issuers import did_document, read_issuer
from eak_ambassadors.badges.verifying import MOST_PICTURE, MOST_TEXT, verify
from eak_ambassadors.badges.writing import claims
from tests.plugins.ambassadors.badges import (
    BADGE_ID,
    LIST,
    NOW,
    SINCE,
    UNTIL,
    Issuing,
)

MINE, OTHER = Issuing(), Issuing(did="did:web:ailleurs.example", seeds=(b"\7" * 32,))
#: Somebody who has made a key of their own, and calls it as the issuer's is called.
FORGER = Issuing(seeds=(b"\7" * 32,))
ISSUER = MINE.issuer()
TOKEN = MINE.token(MINE.badge())
DOCUMENT = MINE.document(MINE.badge())
PICTURE = png(Colours())
DRAWING = svg("Ambassadrice", ("Culture", "2026 – 2028"), Colours())


def test_a_badge_holds_in_each_of_its_forms() -> None:
    forms = {
        "jwt": TOKEN.encode() + b"\n",
        "json": json.dumps(DOCUMENT, indent=1).encode(),
        "png": images.bake_png(PICTURE, TOKEN),
        "svg": images.bake_svg(DRAWING, TOKEN),
    }
    for form, data in forms.items():
        found = verify(data, ISSUER, NOW)
        assert (found.form, found.badge_id, found.method) == (form, BADGE_ID, MINE.method)


def test_a_document_in_a_picture_is_a_badge_too() -> None:
    assert verify(images.bake_png(PICTURE, json.dumps(DOCUMENT)), ISSUER, NOW).form == "png"


def test_old_badges_hold_when_another_key_has_followed() -> None:
    later = Issuing(seeds=(*MINE.seeds, b"\2" * 32))
    assert verify(TOKEN.encode(), later.issuer(), NOW).method.endswith("#key-1")
    assert verify(later.token(later.badge()).encode(), later.issuer(), NOW).method.endswith(
        "#key-2"
    )


def _payload() -> dict[str, Any]:
    return {**MINE.badge(), **claims(MINE.badge())}


def _changed(**members: Any) -> bytes:
    """The document, changed after it was signed."""
    return json.dumps({**DOCUMENT, **members}).encode()


def _resigned(**members: Any) -> bytes:
    """A token of the issuer's own key with other members."""
    return MINE.raw_token({**_payload(), **members}).encode()


def _header(**members: Any) -> bytes:
    """The token with another header."""
    header = {"alg": "EdDSA", "typ": "JWT", "kid": MINE.method, **members}
    return ".".join([to_base64url(json.dumps(header).encode()), *TOKEN.split(".")[1:]]).encode()


def _proof(**members: Any) -> bytes:
    return _changed(proof={**DOCUMENT["proof"], **members})


def _subject(change: Callable[[dict[str, Any]], Any]) -> bytes:
    subject = deepcopy(DOCUMENT["credentialSubject"])
    change(subject)
    return _changed(credentialSubject=subject)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return images._written(kind, data)


_BAKED = images.bake_png(PICTURE, TOKEN)
_BADGE_CHUNK = _chunk(b"iTXt", images.KEYWORD + b"\0\0\0\0\0" + TOKEN.encode())
_TWICE = _BAKED.replace(_BADGE_CHUNK, _BADGE_CHUNK * 2)
_SQUEEZED = _BAKED.replace(
    _BADGE_CHUNK, _chunk(b"iTXt", images.KEYWORD + b"\0\1\0\0\0" + TOKEN.encode())
)
_INSIDE = images.bake_svg(DRAWING, TOKEN)
_LAUGHS = b'<!DOCTYPE svg [<!ENTITY a "haha">]>' + _INSIDE

#: What somebody does to a badge, and why it is refused.
TAMPERED: dict[str, tuple[bytes, str]] = {
    "nothing is in the file": (b" \n", "empty"),
    "a photograph": (b"\xff\xd8\xff\xe0 JFIF", "unknown-format"),
    "a sentence": (b"Je suis ambassadeur.", "unknown-format"),
    "a file larger than any badge": (b"\x89PNG\r\n\x1a\n" + bytes(MOST_PICTURE), "too-large"),
    "a text that does not end": (b"{" + b" " * MOST_TEXT, "too-large"),
    "a picture without a badge": (PICTURE, "png-none"),
    "a picture with two": (_TWICE, "png-several"),
    "a picture that is cut off": (_BAKED[:-30], "png-broken"),
    "a picture whose bytes were turned": (_BAKED[:60] + b"\0" + _BAKED[61:], "png-broken"),
    "a picture that goes on after its end": (_BAKED + _BAKED, "png-broken"),
    "a badge that is compressed": (_SQUEEZED, "png-compressed"),
    "a drawing without a badge": (DRAWING, "svg-none"),
    "a drawing with two": (images.bake_svg(_INSIDE, TOKEN), "svg-several"),
    "a drawing with entities": (_LAUGHS, "svg-broken"),
    "a drawing that is cut off": (_INSIDE[:-20], "svg-broken"),
    "JSON that is cut off": (json.dumps(DOCUMENT).encode()[:-40], "json-broken"),
    "JSON as deep as a well": (b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "json-broken"),
    "a member twice": (json.dumps(DOCUMENT).replace('"name":', '"id":"x","name":').encode(),
                       "json-twice"),
    "two parts": (TOKEN.rpartition(".")[0].encode(), "jwt-broken"),
    "a signature in other letters": (TOKEN[:-1].encode() + b"x", "jwt-broken"),
    "alg none": (_header(alg="none"), "alg-none"),
    "alg none, without a signature": (_header(alg="None").rpartition(b".")[0] + b".", "alg-none"),
    "the public key as a secret": (_header(alg="HS256"), "alg-other"),
    "a key of its own in the token": (_header(jwk={"kty": "OKP"}), "header"),
    "an extension to be heeded": (_header(crit=["b64"]), "header"),
    "a key that nobody has": (_header(kid=f"{MINE.did}#key-9"), "unknown-key"),
    "a key of another issuer": (_header(kid=OTHER.method), "other-issuer"),
    "another key of the same name": (FORGER.token(FORGER.badge()).encode(), "signature"),
    "another issuer": (OTHER.token(OTHER.badge()).encode(), "other-issuer"),
    "another issuer, in a document": (
        json.dumps(OTHER.document(OTHER.badge())).encode(), "other-issuer"),
    "a payload of another badge": (
        b".".join(part.split(b".")[place] for place, part in enumerate(
            [TOKEN.encode(), _resigned(name="Directrice"), TOKEN.encode()])), "signature"),
    "no signature": (json.dumps(MINE.badge()).encode(), "unsigned"),
    "two signatures": (_changed(proof=[DOCUMENT["proof"]] * 2), "proof-several"),
    "a signature of another kind": (_proof(cryptosuite="eddsa-jcs-2022"), "proof-other"),
    "a signature for signing in": (_proof(proofPurpose="authentication"), "proof-purpose"),
    "a signature of tomorrow": (
        json.dumps(MINE.document(MINE.badge(), NOW + timedelta(days=1))).encode(), "proof-future"),
    "a signature by another's key": (_proof(verificationMethod=OTHER.method), "other-issuer"),
    "another name": (_changed(name="Directrice"), "signature"),
    "a later end": (_changed(validUntil="2099-01-01T00:00:00Z"), "signature"),
    "another person": (
        _subject(lambda each: each["identifier"][0].update(salt="c2Vs")), "signature"),
    "more evidence": (_changed(evidence=[*DOCUMENT["evidence"], {
        "type": ["Evidence"], "name": "Direction"}]), "signature"),
    "evidence twice": (_changed(evidence=DOCUMENT["evidence"] * 2), "shape"),
    "an endorsement twice": (_changed(endorsementJwt=DOCUMENT["endorsementJwt"] * 2), "shape"),
    "evidence in two halves": (_changed(evidence=[
        {k: v for k, v in DOCUMENT["evidence"][0].items() if k != "narrative"},
        {k: v for k, v in DOCUMENT["evidence"][0].items() if k != "name"} | {"name": "Conduite"},
    ]), "shape"),
    "other meanings of words": (
        _changed(**{"@context": [*DOCUMENT["@context"], {"name": "urn:x"}]}), "context"),
    "a word that means nothing": (_changed(rank="first"), "member"),
    "a member hidden deeper": (_subject(lambda each: each.update({"@included": []})), "member"),
    "the end is missing": (
        json.dumps({k: v for k, v in DOCUMENT.items() if k != "validUntil"}).encode(), "shape"),
    "an endorsement shown as a badge": (MINE.token(MINE.endorsement()).encode(), "type"),
    "the list shown as a badge": (MINE.status_list().encode(), "context"),
    "claims of another badge": (_resigned(jti="urn:uuid:0"), "claims"),
    "an end beside the badge's own": (_resigned(exp=4_102_444_800), "claims"),
    "a clock in the future": (
        MINE.token(MINE.badge(validFrom="2027-01-01T00:00:00Z")).encode(), "not-yet"),
    "an end that has passed": (
        MINE.token(MINE.badge(validUntil="2026-11-01T09:00:00Z")).encode(), "expired"),
    "a place outside of the list": (MINE.token(MINE.badge(place=131_072)).encode(),
                                    "status-index"),
    "an endorsement that others signed": (
        MINE.token(MINE.badge(endorsementJwt=[FORGER.token(FORGER.endorsement())])).encode(),
        "endorsement"),
    "an endorsement of another badge": (
        MINE.token(MINE.badge(endorsementJwt=[MINE.token(MINE.endorsement("urn:uuid:1"))])).encode(),
        "endorsement-other"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_tampered_with_is_refused_with_its_reason(name: str) -> None:
    data, reason = TAMPERED[name]
    with pytest.raises(Fault) as refused:
        verify(data, ISSUER, NOW)
    assert refused.value.reason == reason


def _list(**changed: Any) -> str:
    return MINE.status_list(**changed)


def _listed(bits: str, purpose: str = "revocation") -> str:
    said = status.credential(LIST, MINE.did, (), SINCE)["credentialSubject"]
    return _list(credentialSubject={**said, "encodedList": bits, "statusPurpose": purpose})


#: What is wrong with the list of what was revoked.
LISTS: dict[str, tuple[str, str]] = {
    "of another address": (_list(id="https://elsewhere.example/list"), "status-missing"),
    "of another issuer": (
        OTHER.token(status.credential(LIST, OTHER.did, (), SINCE)), "status-issuer"),
    "signed by another key": (FORGER.status_list(), "status-signature"),
    "for another purpose": (_listed(status.encoded(()), "suspension"), "status-purpose"),
    "of tomorrow": (_list(validFrom="2027-01-01T00:00:00Z"), "status-future"),
    "too short": (_listed("u" + to_base64url(b"\x1f\x8b")), "status-broken"),
    "not compressed": (_listed("uAAAA"), "status-broken"),
    "no token": ("nothing", "status-broken"),
    "with the badge in it": (Issuing(revoked=[94_567]).status_list(), "revoked"),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_cannot_be_believed_makes_no_badge_valid(name: str) -> None:
    text, reason = LISTS[name]
    for data in (TOKEN.encode(), json.dumps(DOCUMENT).encode()):
        with pytest.raises(Fault) as refused:
            verify(data, MINE.issuer(text), NOW)
        assert refused.value.reason == reason


def test_a_list_that_swells_is_refused_before_it_has_swollen() -> None:
    bomb = "u" + to_base64url(gzip.compress(bytes(50_000_000)))
    tracemalloc.start()
    with pytest.raises(Fault) as refused:
        verify(TOKEN.encode(), MINE.issuer(_listed(bomb)), NOW)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.reason == "status-broken"
    assert peak < 10_000_000


def test_what_a_key_in_other_hands_signed_is_refused() -> None:
    with pytest.raises(Fault) as refused:
        verify(TOKEN.encode(), MINE.issuer(revoked="2026-11-02T00:00:00Z"), NOW)
    assert refused.value.reason == "key-revoked"


def test_a_badge_ends_with_its_term() -> None:
    verify(TOKEN.encode(), ISSUER, UNTIL - timedelta(seconds=1))
    with pytest.raises(Fault) as refused:
        verify(TOKEN.encode(), ISSUER, UNTIL)
    assert refused.value.reason == "expired"


def test_every_reason_is_met() -> None:
    """No reason stands in the list that nothing is ever refused for."""
    met = {reason for _data, reason in [*TAMPERED.values(), *LISTS.values()]}
    assert set(SENTENCES) - met == {"issuer-broken", "key-revoked"}
    assert len(met) >= 30


def test_an_issuer_is_read_from_its_file_and_from_its_document_alone() -> None:
    document = did_document(MINE.did, list(ISSUER.keys.values()))
    whole = {"didDocument": document, "statusLists": list(ISSUER.status_lists)}
    found = read_issuer(json.dumps(whole).encode())
    assert found == ISSUER
    verify(TOKEN.encode(), found, NOW)
    with pytest.raises(Fault) as refused:
        verify(TOKEN.encode(), read_issuer(json.dumps(document).encode()), NOW)
    assert refused.value.reason == "status-missing"


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"id": 1, "verificationMethod": [3]}',
                                  b'{"didDocument": []}', b"\xff"])  # fmt: skip
def test_an_issuer_that_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(Fault) as refused:
        read_issuer(data)
    assert refused.value.reason == "issuer-broken"


def test_a_revoked_key_stands_in_the_document_and_is_not_believed() -> None:
    keys = list(MINE.issuer(revoked="2026-11-02T00:00:00Z").keys.values())
    document = did_document(MINE.did, keys)
    assert document["assertionMethod"] == []
    with pytest.raises(Fault) as refused:
        read_issuer(json.dumps(document).encode()).key(MINE.method)
    assert refused.value.reason == "key-revoked"


def test_a_token_is_read_in_one_way_alone() -> None:
    assert jwt.read(TOKEN).kid == MINE.method
    assert len(_BAKED) < MOST_PICTURE
