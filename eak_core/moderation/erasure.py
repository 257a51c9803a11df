"""What of the words of a person is erased with their account: decided here, for ideas, comments and
whatever else a plugin keeps of what people wrote.

What is public is part of a debate that others have answered, and stays without a name. Everything
else goes: what was never public, what its author took back, and what moderators have hidden, which
nobody may read and which would otherwise be kept of somebody who asked to be forgotten.
"""

from collections.abc import Iterable
from typing import NamedTuple

from eak_core.db import Session
from eak_core.moderation.decisions import hidden_reasons


class Written(NamedTuple):
    """Something that a person wrote: ``subject`` as moderation names it (``idea:12``), and whether
    it is public as far as its author and its stage are concerned."""

    service_id: int
    subject: str
    public: bool


def loses_its_words(session: Session, written: Iterable[Written]) -> frozenset[str]:
    """The subjects of ``written`` whose words are erased with the account of whoever wrote them."""
    everything = list(written)
    gone = {each.subject for each in everything if not each.public}
    for service_id in sorted({each.service_id for each in everything}):
        subjects = [each.subject for each in everything if each.service_id == service_id]
        gone.update(hidden_reasons(session, service_id, subjects))
    return frozenset(gone)
