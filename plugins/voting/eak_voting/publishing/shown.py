"""What a ballot lets everybody see of its result now.

Nobody sees more, managers neither: nothing here asks who reads.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from eak_core.api import Service, Session
from eak_voting.ballots.finding import phase, terms_of
from eak_voting.counting.outcome import Outcome
from eak_voting.models import Ballot, Live
from eak_voting.publishing.masking import Reasons, for_pages, reasons_of
from eak_voting.publishing.stored import result_of
from eak_voting.settings import Terms
from eak_voting.subscribers import voters_so_far

_outcome = msgspec.json.Decoder(Outcome)


@dataclass(frozen=True, slots=True)
class Shown:
    """What can be seen of a result.

    ``outcome`` is None while there is nothing to see; ``provisional_at`` is when it was counted as
    long as votes are cast, None for the result. ``voters`` is how many voted so far, where that is
    all that is shown. ``terms`` have no title of what moderators hide; ``hidden`` are the reasons.
    """

    terms: Terms
    hidden: Reasons
    outcome: Outcome | None = None
    provisional_at: datetime | None = None
    voters: int | None = None


def shown(session: Session, service: Service, ballot: Ballot) -> Shown:
    """What everybody can see of ``ballot`` at this moment, under its own rule of publication."""
    frozen = terms_of(session, service, ballot)
    hidden = reasons_of(session, service, frozen)
    terms = for_pages(frozen, hidden)
    stands = phase(ballot)
    if stands == "counted":
        return Shown(terms, hidden, result_of(ballot))
    if stands != "open" or terms.settings.publication == "after_close":
        return Shown(terms, hidden)
    if terms.settings.publication == "totals":
        return Shown(terms, hidden, voters=voters_so_far(session, ballot))
    live = session.get(Live, ballot.id)
    if live is None:
        return Shown(terms, hidden)
    return Shown(terms, hidden, _outcome.decode(live.result), provisional_at=live.at)
