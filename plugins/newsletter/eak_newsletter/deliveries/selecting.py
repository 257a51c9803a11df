"""What of a summary is for whom: what is about no idea is for all, what is about one for those who
chose its subjects or communes, or none at all."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from eak_core.api import Labels, Session, idea_labels
from eak_newsletter.issues.content import Content, Told
from eak_newsletter.models import Interest


def chosen(
    stories: Sequence[Told],
    labels: Mapping[int, Labels],
    subjects: Collection[str],
    communes: Collection[str],
) -> tuple[int, ...]:
    """The places of those of ``stories`` that somebody with these wishes reads. Pure."""
    if not subjects and not communes:
        return tuple(range(len(stories)))
    kept = []
    for place, story in enumerate(stories):
        about = labels.get(story.idea_id) if story.idea_id is not None else None
        if about is None or about.subjects & set(subjects) or about.communes & set(communes):
            kept.append(place)
    return tuple(kept)


class Selection:
    """Chooses for the readers of one letter."""

    def __init__(self, session: Session, content: Content) -> None:
        self.content = content
        ids = [each.idea_id for each in content.stories if each.idea_id is not None]
        self._labels = idea_labels(session, ids)

    def places(self, session: Session, subscriber_id: int) -> tuple[int, ...]:
        """Which stories a reader gets."""
        rows = session.execute(
            select(Interest.kind, Interest.code).where(Interest.subscriber_id == subscriber_id)
        ).all()
        subjects = [code for kind, code in rows if kind == "subject"]
        communes = [code for kind, code in rows if kind == "commune"]
        return chosen(self.content.stories, self._labels, subjects, communes)
