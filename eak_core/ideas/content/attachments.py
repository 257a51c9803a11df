"""The pictures and documents of ideas: who may see them, and what pages show of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from eak_core.db import Session
from eak_core.errors import NotFound
from eak_core.files.models import StoredFile
from eak_core.files.reading import ShownFiles, files_of, shown_files, shown_for_all
from eak_core.ideas.models import Idea
from eak_core.ideas.stages import DRAFT
from eak_core.ideas.visibility import IdeaElsewhere, IdeaGone, check_readable, subject_of
from eak_core.permissions import Actor, may
from eak_core.plugins.hooks.contributions import FileHolder
from eak_core.services.models import Service

#: Under which name the files of ideas stand (`hooks`).
OWNER = "ideas"


def holder(session: Session, service: Service, subject: str, actor: Actor) -> FileHolder | None:
    """The idea ``subject``, where ``actor`` may read it, and for moderators one that they hid."""
    noun, _colon, number = subject.partition(":")
    idea = session.get(Idea, int(number)) if noun == "idea" else None
    if idea is None or idea.service_id != service.id:
        return None
    values = {"idea_id": idea.id, "slug": idea.slug}
    try:
        check_readable(session, actor, service, idea)
    except NotFound:
        return None
    except IdeaElsewhere:
        return FileHolder("ideas.show", values, public=True)
    except IdeaGone as gone:
        if gone.hidden and may(actor, "content.restore", service):
            return FileHolder("ideas.show", values, public=False)
        return None
    return FileHolder("ideas.show", values, public=idea.stage != DRAFT)


def attached_to(session: Session, service_id: int, idea_id: int) -> Sequence[StoredFile]:
    """All files of an idea, for its author."""
    return files_of(session, service_id, OWNER, subject_of(idea_id))


def place_to_describe(session: Session, service_id: int, idea_id: int) -> str | None:
    """Where the author describes the pictures of an idea that nobody sees yet; None where all are
    described."""
    if all(file.is_shown for file in attached_to(session, service_id, idea_id)):
        return None
    return url_for("ideas.files", idea_id=idea_id)


def shown_of(session: Session, service_id: int, idea_id: int) -> ShownFiles:
    """What the page of an idea shows of its files."""
    return shown_files(session, service_id, OWNER, subject_of(idea_id))


def shown_of_all(
    session: Session, service_id: int, ideas: Sequence[Any]
) -> Mapping[int, ShownFiles]:
    """What a list or an export shows of the files of ``ideas``, by their ids."""
    shown = shown_for_all(session, service_id, OWNER, [subject_of(idea.id) for idea in ideas])
    return {idea.id: shown.get(subject_of(idea.id), ShownFiles()) for idea in ideas}
