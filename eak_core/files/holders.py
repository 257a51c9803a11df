"""What files belong to, which decides who may see them: nobody, where nothing answers for it."""

from collections.abc import Collection

from eak_core.db import Session
from eak_core.files.models import StoredFile
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import FileHolder
from eak_core.plugins.loading.host import get_host
from eak_core.services.models import Service


def holder_of(
    session: Session,
    service: Service,
    active: Collection[str],
    owner: str,
    subject: str,
    actor: Actor,
) -> FileHolder | None:
    """What ``subject`` of ``owner`` is, where ``actor`` may see it and the plugin is ``active``."""
    answers = get_host().call_each(
        "file_holder",
        {owner}.intersection(active),
        session=session,
        service=service,
        subject=subject,
        actor=actor,
    )
    return next((holder for name, holder in answers if name == owner), None)


def is_public(session: Session, service: Service, file: StoredFile) -> bool:
    """Whether everybody who reads ``service`` sees what ``file`` belongs to: what happens to it is
    then an event, and otherwise nobody's business."""
    public = holder_of(session, service, {file.owner}, file.owner, file.subject, Actor.visitor())
    return public is not None and public.public
