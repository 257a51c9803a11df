"""A letter in each form in which readers get it: one, but for summaries, which tell each of what
they chose, and of what they follow where that is due as well."""

import msgspec

from eak_core.api import Digest, Service, Session
from eak_newsletter.deliveries.message import Envelopes
from eak_newsletter.deliveries.running import archive_of
from eak_newsletter.deliveries.selecting import Selection
from eak_newsletter.issues.freezing import content_of
from eak_newsletter.issues.rendering import write
from eak_newsletter.issues.tables import Issue

#: How many forms of a summary are kept, written once.
MOST_FORMS = 50
#: Kept beside a letter that was not sent.
NOTHING = "Nothing of it is what this reader chose."
OUTSIDER = "Nobody with this address may read the service any more."


class Letters:
    """An issue as it may be read now, in its forms."""

    def __init__(self, session: Session, issue: Issue) -> None:
        self.service = session.get_one(Service, issue.service_id)
        self.issue_id, self.archive = issue.id, archive_of(self.service, issue)
        self.content = content_of(session, self.service, issue)
        self._selection = Selection(session, self.content) if issue.kind != "issue" else None
        self._written: dict[tuple[int, ...], Envelopes] = {}

    def of(
        self, session: Session, subscriber_id: int, digest: Digest | None = None
    ) -> Envelopes | None:
        """What makes the letter of a reader, with their ``digest`` where they have one; None where
        there is nothing to tell them: a digest alone is no letter."""
        places = tuple(range(len(self.content.stories)))
        if self._selection is not None:
            places = self._selection.places(session, subscriber_id)
            if not places:
                return None
        if digest is not None:
            return self._write(places, digest)
        if places not in self._written:
            if len(self._written) >= MOST_FORMS:
                self._written.clear()
            self._written[places] = self._write(places)
        return self._written[places]

    def _write(self, places: tuple[int, ...], digest: Digest | None = None) -> Envelopes:
        kept = tuple(self.content.stories[place] for place in places)
        content = msgspec.structs.replace(self.content, stories=kept)
        written = write(
            self.service,
            content,
            archive=self.archive,
            archived=self._selection is None,
            digest=digest,
        )
        return Envelopes(self.service, self.issue_id, written)
