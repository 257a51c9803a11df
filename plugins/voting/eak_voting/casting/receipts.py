"""Receipts and codes: what a voter takes home, computed from the key of the form they sent.

Pure. The key (128 random bits) lives in the voter's browser alone, so a form that is sent twice
leads to the same receipt, and nothing has to be stored that would link a voter to a vote:

- ``code`` = the first 26 characters of base32(HMAC-SHA256(form key, "code" ‖ 0 ‖ ballot)): 130
  bits, shown once; in secret ballots it is the only way to change the vote;
- ``mark`` = SHA-256(code): what the box of a secret ballot is keyed by;
- ``salt`` = HMAC-SHA256(code, "salt" ‖ 0 ‖ version), the version being 1 for the first vote and
  one more after each change (or more, so that no receipt is given twice);
- ``receipt`` = SHA-256(salt ‖ 0 ‖ choices ‖ 0 ‖ ballot), which tells nothing about the choices to
  who does not know the salt.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

CODE_LENGTH = 26


@dataclass(frozen=True, slots=True)
class Proof:
    """What is computed for one vote. All but the code are 64 hexadecimal digits."""

    code: str
    mark: str
    salt: str
    receipt: str


def new_form_key() -> str:
    """The key of one form, to be kept by the browser alone."""
    return secrets.token_hex(16)


def new_code(form_key: str, ballot_id: int) -> str:
    """The code of a vote that was first sent by the form ``form_key``."""
    raw = hmac.new(form_key.encode(), f"code\0{ballot_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(raw).decode()[:CODE_LENGTH]


def proof(code: str, version: int, ballot_id: int, choices: str) -> Proof:
    """The receipt of the ``version``-th vote (from 1) that was sent with ``code``."""
    salt = hmac.new(code.encode(), f"salt\0{version}".encode(), hashlib.sha256).hexdigest()
    return Proof(code, mark_of(code), salt, receipt_of(salt, choices, ballot_id))


def receipt_of(salt: str, choices: str, ballot_id: int) -> str:
    """The receipt of ``choices`` in a ballot; anyone who knows the three can compute it."""
    text = "\0".join((salt, choices, str(ballot_id)))
    return hashlib.sha256(text.encode()).hexdigest()


def mark_of(code: str) -> str:
    """What the box of a secret ballot knows of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def read_code(typed: str) -> str:
    """A code as somebody typed it: without spaces and hyphens, in capitals; 0, 1 and 8, which
    base32 has not, are taken for the letters they look like."""
    plain = "".join(typed.split()).replace("-", "").upper()
    return plain.translate(str.maketrans("018", "OIB"))


def in_groups(code: str) -> str:
    """A code or the beginning of a receipt, in groups of four for the eye."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def voter_key(ballot_key: str, person_id: int) -> str:
    """What the register of a ballot knows of a person: HMAC-SHA256 with the ballot's key (hex)."""
    return hmac.new(bytes.fromhex(ballot_key), str(person_id).encode(), hashlib.sha256).hexdigest()
