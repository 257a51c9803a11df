"""How far the close of a ballot is, for those who run the service."""

from eak_core.api import Progress, Session, _, ngettext, part_of
from eak_voting.ballots.finding import phase
from eak_voting.manifest import plugin
from eak_voting.models import Ballot


def closing_progress(session: Session, ballot: Ballot) -> Progress:
    """What happens to ``ballot`` between its last vote and its result: entries of the public log,
    of all that its receipts make."""
    if phase(ballot) != "closing":
        return Progress(True, 0, 0, _("The close is over. Load the page again."))
    part = part_of(session, plugin.name, ballot.service_id, f"close:{ballot.id}")
    if part is not None:
        text = ngettext(
            "%(done)s of %(num)s entry in the public log.",
            "%(done)s of %(num)s entries in the public log.",
            part.total,
            done=part.done,
        )
        return Progress(False, part.done, part.total, text)
    if ballot.state != "closed":
        return Progress(False, 0, 0, _("The last votes that came in time are taken in."))
    return Progress(False, 0, 0, _("The votes are being counted."))
