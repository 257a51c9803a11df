"""Pictures beside the stories of a letter: the core's files, each with the words that stand for it.

They are fetched from this site when a letter is read, by one address for all readers: nobody can be
told from it. Mail programs that fetch none show the words.
"""

from collections.abc import Iterable, Mapping

from eak_core.api import (
    Actor,
    FileHolder,
    Service,
    Session,
    StoredFile,
    file_url,
    may,
    remove_files_of,
    shown_for_all,
)
from eak_newsletter.issues.content import Picture
from eak_newsletter.issues.tables import Issue, Story
from eak_newsletter.manifest import plugin


def subject_of(story: Story) -> str:
    """What the files of ``story`` belong to."""
    return f"story:{story.id}"


def pictures_of(
    session: Session, service: Service, stories: Iterable[Story]
) -> Mapping[int, tuple[StoredFile, ...]]:
    """The pictures that are shown beside each of ``stories``, by its number."""
    asked = {subject_of(each): each.id for each in stories}
    found = shown_for_all(session, service.id, plugin.name, asked)
    return {asked[subject]: tuple(files.pictures) for subject, files in found.items()}


def told_of(file: StoredFile) -> Picture:
    """``file`` as a letter tells it."""
    url = file_url(file, external=True)
    return Picture(file.id, url, file.alt, file.width or 0, file.height or 0)


def holder(session: Session, service: Service, subject: str, actor: Actor) -> FileHolder | None:
    """Who has a picture: its letter, for those who write it, and for everybody once it leaves."""
    story = session.get(Story, int(subject.partition(":")[2]))
    issue = session.get(Issue, story.issue_id) if story is not None else None
    if issue is None or issue.service_id != service.id:
        return None
    is_public = issue.begun_at is not None and issue.number is not None
    if may(actor, "newsletter.edit", service):
        return FileHolder("newsletter_manage.show", {"issue_id": issue.id}, public=is_public)
    if not is_public:
        return None
    return FileHolder("newsletter.archived", {"number": issue.number}, public=True)


def remove_all(session: Session, actor: Actor, service: Service, stories: Iterable[Story]) -> None:
    """Take away the pictures of ``stories``, with which they go."""
    for each in stories:
        remove_files_of(session, actor, service, plugin.name, subject_of(each))
