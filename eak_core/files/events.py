"""What happens to files that others may see. Names and descriptions stay in the table."""

from eak_core.events import CORE, Code, Event, event


@event(CORE, "file.added", version=1, subject="{of}")
class FileAdded(Event):
    """A picture or a document was attached to something public, which ``of`` names (``idea:12``).

    Pictures are shown once they are described.
    """

    file_id: int
    of: Code
    kind: Code


@event(CORE, "file.described", version=1, subject="{of}")
class FileDescribed(Event):
    """What a picture says to those who do not see it was written or changed."""

    file_id: int
    of: Code


@event(CORE, "file.removed", version=1, subject="{of}")
class FileRemoved(Event):
    """A file of something public was taken away for good, by its author or with their account."""

    file_id: int
    of: Code
