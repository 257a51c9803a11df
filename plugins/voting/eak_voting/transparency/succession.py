"""Which key signs a log at which size, for whoever checks signed heads.

Pure. A signature has no date. That a key had ended when it signed is seen by the log: it says at
which entry another key follows, and no head of more entries is the old key's to sign.
"""

from collections.abc import Sequence

from eak_core.transparency.checkpoint import NoteError, VerifierKey, key_id_of, verified
from eak_voting.transparency.records import KeyLeaf

#: The places in a log where another key follows, from the first on.
Changes = Sequence[tuple[int, KeyLeaf]]


def wrong_key(note: str, keys: Sequence[VerifierKey], changes: Changes) -> str | None:
    """What is wrong with who signed ``note``, the head of a log with these ``changes`` whose
    published ``keys`` these are; None where it is signed as it should be."""
    said = key_id_of(note)
    key = next((each for each in keys if each.key_id == said), None)
    if key is None:
        return f"a head is signed with the key {said.hex()}, which is not published"
    try:
        size = verified(note, key).size
    except NoteError as error:
        return f"a signed head does not hold: {error}"
    right = key_at(size, changes)
    if right is not None and right != said.hex():
        return f"{size} entries are signed with the key {said.hex()}, and the log says {right}"
    return None


def key_at(size: int, changes: Changes) -> str | None:
    """The id of the key that signs the first ``size`` entries, in hexadecimal; None where one has
    signed all there is."""
    found = changes[0][1].before if changes else None
    for index, leaf in changes:
        if index < size:
            found = leaf.key.split("+")[1]
    return found
