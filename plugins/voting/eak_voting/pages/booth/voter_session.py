"""What a voter's browser keeps between the steps of a vote, and a while afterwards.

What was chosen is a draft of the core (`eak_core.api.keep_draft`): it survives signing in, and is
shown before it is cast. The key of the form, from which receipt and code follow, is kept in the
session of the signed-in voter alone: who signs in or out begins without one, so that nobody can
plant a key, or find that of another voter on a shared computer.
"""

import msgspec
from flask import session

from eak_core.api import clock, draft, drop_draft, keep_draft
from eak_voting.casting.receipts import new_form_key

KEY = "votes"

#: Seconds for which receipt and code can be shown again after casting.
SHOWN_SECONDS = 3600
#: How many ballots are kept at a time.
MOST = 4


class Envelope(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One vote on its way: the key of its form; the code of the vote it changes, where it does;
    once it was cast, its receipt and when that was."""

    person: int
    key: str
    code: str | None = None
    receipt: str | None = None
    changed: bool = False
    at: int = 0


def keep_choices(ballot_id: int, choices: str) -> None:
    """Keep what was chosen (canonical JSON). A vote that was cast before is done with."""
    keep_draft(_draft_name(ballot_id), choices)
    known = _read(ballot_id)
    if known is not None and known.receipt is not None:
        forget(ballot_id)


def kept_choices(ballot_id: int) -> str | None:
    """What was chosen and not cast yet. It comes from a cookie: check it against the terms."""
    found = draft(_draft_name(ballot_id))
    return found if isinstance(found, str) else None


def open_envelope(ballot_id: int, person_id: int) -> Envelope:
    """The envelope of the vote that this person is about to cast; a new one where there is none."""
    known = envelope(ballot_id, person_id)
    if known is None:
        known = Envelope(person=person_id, key=new_form_key(), at=_now())
        _write(ballot_id, known)
    return known


def envelope(ballot_id: int, person_id: int | None) -> Envelope | None:
    """The envelope of this person, cast or not; None where there is none, or no longer."""
    known = _read(ballot_id)
    if known is None or known.person != person_id:
        return None
    if known.receipt is not None and _now() >= known.at + SHOWN_SECONDS:
        forget(ballot_id)
        return None
    return known


def change_with(ballot_id: int, person_id: int, code: str) -> None:
    """What follows changes the vote that ``code`` belongs to."""
    _write(ballot_id, Envelope(person=person_id, key=new_form_key(), code=code, at=_now()))


def seal(ballot_id: int, cast: Envelope, receipt: str, *, changed: bool) -> None:
    """The vote was cast: its choices are dropped, its key is kept, so that sending it once more
    answers the same receipt."""
    drop_draft(_draft_name(ballot_id))
    _write(ballot_id, msgspec.structs.replace(cast, receipt=receipt, changed=changed, at=_now()))


def forget(ballot_id: int) -> None:
    """Drop key, code and receipt from this browser."""
    kept = dict(session.get(KEY, {}))
    if kept.pop(str(ballot_id), None) is not None:
        session[KEY] = kept


def forget_all(ballot_id: int) -> None:
    """Drop what was chosen as well."""
    drop_draft(_draft_name(ballot_id))
    forget(ballot_id)


def _read(ballot_id: int) -> Envelope | None:
    found = session.get(KEY, {}).get(str(ballot_id))
    try:
        return None if found is None else msgspec.convert(found, Envelope)
    except msgspec.ValidationError:  # written by another version
        return None


def _write(ballot_id: int, written: Envelope) -> None:
    kept = {name: each for name, each in session.get(KEY, {}).items() if name != str(ballot_id)}
    for oldest in sorted(kept, key=lambda name: kept[name].get("at", 0))[: len(kept) - MOST + 1]:
        del kept[oldest]
    session[KEY] = {**kept, str(ballot_id): msgspec.to_builtins(written)}


def _draft_name(ballot_id: int) -> str:
    return f"voting.{ballot_id}"


def _now() -> int:
    return int(clock.now().timestamp())
