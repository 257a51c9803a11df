"""Signed heads of the log: the public examples of the format, and what is refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_core.transparency import checkpoint
from eak_core.transparency.checkpoint import Checkpoint, NoteError, SignatureInvalid

# The example of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLo"
    "x33WWd1RvMc+QQ=\n"
)
NOTE = f"{TEXT}\n{PETER_LINE}"

# The example of c2sp.org/tlog-checkpoint.
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

SEED = bytes(range(32))
HEAD = Checkpoint("participation.example/culture/votes", 7, bytes.fromhex("35" * 32))


def test_the_public_example_is_signed_to_the_same_bytes() -> None:
    assert checkpoint.signed_note(TEXT, "PeterNeumann", PETER_SEED) == NOTE
    assert str(checkpoint.verifier_key("PeterNeumann", PETER_SEED)) == PETER


def test_the_public_example_is_verified() -> None:
    assert checkpoint.open_note(NOTE, checkpoint.read_key(PETER)) == TEXT


@pytest.mark.parametrize("key", [PETER, ENOCH])
def test_a_note_may_carry_signatures_of_several_keys(key: str) -> None:
    assert checkpoint.open_note(NOTE + ENOCH_LINE, checkpoint.read_key(key)) == TEXT


def test_a_note_that_the_key_has_not_signed_is_refused() -> None:
    with pytest.raises(SignatureInvalid, match="EnochRoot has not signed"):
        checkpoint.open_note(NOTE, checkpoint.read_key(ENOCH))


def test_a_wrong_signature_of_the_key_spoils_a_note_that_it_has_also_signed() -> None:
    wrong = PETER_LINE.replace("/SffcvI", "/SffcvJ")
    with pytest.raises(SignatureInvalid, match="does not hold"):
        checkpoint.open_note(NOTE + wrong, checkpoint.read_key(PETER))


def test_the_public_example_of_a_checkpoint_is_read() -> None:
    found = checkpoint.read_checkpoint(SOFA)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.root.hex().startswith("0ac5186a91863e8e")
    assert str(found) == SOFA


def test_a_checkpoint_is_signed_under_the_name_of_its_origin_and_comes_back() -> None:
    note = checkpoint.sign(HEAD, SEED)
    key = checkpoint.verifier_key(HEAD.origin, SEED)
    assert note.splitlines()[-1].startswith(f"— {HEAD.origin} ")
    assert checkpoint.verified(note, key) == HEAD
    assert checkpoint.verified(note, checkpoint.read_key(str(key))) == HEAD
    assert checkpoint.sign(HEAD, SEED) == note


def test_another_key_under_the_same_name_does_not_verify() -> None:
    other = checkpoint.verifier_key(HEAD.origin, bytes(32))
    with pytest.raises(SignatureInvalid, match="has not signed"):
        checkpoint.verified(checkpoint.sign(HEAD, SEED), other)


@given(st.data())
def test_no_character_of_a_checkpoint_can_be_changed_unseen(data: st.DataObject) -> None:
    note = checkpoint.sign(HEAD, SEED)
    key = checkpoint.verifier_key(HEAD.origin, SEED)
    place = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda found: found != note[place]))
    with pytest.raises(NoteError):
        checkpoint.verified(note[:place] + other + note[place + 1 :], key)


@pytest.mark.parametrize("start", range(len(PETER)))
def test_a_verifier_key_that_was_cut_or_changed_is_refused(start: int) -> None:
    changed = chr(ord(PETER[start]) + 1)
    for wrong in (PETER[start + 1 :], PETER[:start], PETER[:start] + changed + PETER[start + 1 :]):
        with pytest.raises(NoteError):
            checkpoint.read_key(wrong)


@pytest.mark.parametrize(
    "key",
    [
        # Of the wrong length and of an unknown kind, both with a key id that is right.
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_only_keys_of_ed25519_are_taken(key: str) -> None:
    with pytest.raises(NoteError):
        checkpoint.read_key(key)


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        f"{TEXT}\n",
        NOTE[:-1],
        f"\x01{NOTE}",
        f"{TEXT}\n— Bad Name x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUg=\n",
        f"{NOTE}Unexpected line.\n",
        f"{TEXT}\n{PETER_LINE * 101}",
        f"{TEXT}\n— PeterNeumann x08gow==\n",
        f"{TEXT}\n— PeterNeumann not base64\n",
        "x" * 200_000 + NOTE,
    ],
)
def test_what_is_not_a_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        checkpoint.open_note(note, checkpoint.read_key(PETER))


@pytest.mark.parametrize(
    "text",
    [
        "origin\n7\n",
        f"\n7\n{'A' * 43}=\n",
        f"origin\n07\n{'A' * 43}=\n",
        f"origin\n-7\n{'A' * 43}=\n",
        f"origin\n{'9' * 19}\n{'A' * 43}=\n",
        f"origin\n7\n{'A' * 43}=",
        f"origin\n7\n{'A' * 42}B=\n",
        "origin\n7\nAAAA\n",
        f"origin\n7\n{'A' * 43}=\n\nmore\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        checkpoint.read_checkpoint(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\t", "space\u00a0within"])
def test_a_name_that_would_not_read_back_signs_nothing(name: str) -> None:
    with pytest.raises(NoteError, match="name of a key"):
        checkpoint.signed_note(TEXT, name, SEED)


def test_a_seed_of_another_length_signs_nothing() -> None:
    with pytest.raises(NoteError, match="32 bytes"):
        checkpoint.sign(HEAD, b"short")
