"""Whether what is to sign can, and what shall sign no more cannot."""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from sqlalchemy import select

from eak_core.db import Session
from eak_core.errors import Misconfigured
from eak_core.keys import seeds
from eak_core.keys.ending import left_over
from eak_core.keys.models import SigningKey


def faults(session: Session) -> tuple[int, Sequence[str]]:
    """How many keys sign now, and a sentence for each whose private half is missing or another one,
    or is there although it has ended."""
    signing = session.scalars(select(SigningKey).where(SigningKey.until.is_(None))).all()
    found: list[str] = []
    for key in signing:
        try:
            seeds.read(key.file, key.public)
        except Misconfigured as error:
            found.append(str(error))
    found += (
        f"{seeds.path_of(file)} signs no more, and is to be deleted." for file in left_over(session)
    )
    return len(signing), list(dict.fromkeys(found))


def elsewhere(session: Session, base_url: str) -> Sequence[str]:
    """A sentence for each key that signs now under a ``did:web`` of another host than the site's
    (``base_url``): whoever verifies looks there, and finds nothing any more."""
    host = quote(urlsplit(base_url).netloc, safe="")
    named = SigningKey.until.is_(None), SigningKey.name.like("did:web:%")
    signing = select(SigningKey).where(*named)
    return [
        f"The key of “{key.plugin}” in service {key.service_id} signs as {key.name}, and the site"
        f" is at {base_url} now. See “Another address” in docs/operations.md."
        for key in session.scalars(signing.order_by(SigningKey.service_id, SigningKey.plugin))
        if key.name.split(":")[2] != host
    ]
