"""Ideas with files, as tests send them, and what is left of them."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from eak_core.events.models import EventLog
from eak_core.files.models import StoredFile
from eak_core.files.room import room_of
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import Upload
from tests.proposing import begin

PAGE = "/culture/idees/1-a-tool-library"


def submit(browser: Browser, *, files: Sequence[Upload], **typed: Any) -> Any:
    """Propose an idea with ``files``; answers what the step with these has answered."""
    draft = begin(browser, **typed)
    answer = browser.submit(f"{draft}/ecrire/lieu", "/lieu", files=files)
    if answer.status_code == 302:
        browser.submit(f"{draft}/soumettre", "/soumettre")
    return answer


def files(site: Site) -> list[StoredFile]:
    with site.reading() as session:
        return list(session.scalars(select(StoredFile).order_by(StoredFile.id)))


def kept(site: Site) -> list[str]:
    """The keys in the storage."""
    with site.app.app_context():
        return sorted(entry.key for entry in room_of().storage.listed())


def events(site: Site) -> list[str]:
    with site.reading() as session:
        rows = session.scalars(select(EventLog.type).order_by(EventLog.position))
        return [each for each in rows if each.startswith(("idea.", "file."))]


def addresses(html: str) -> list[str]:
    return re.findall(r"/culture/fichiers/[0-9a-f]{32}/[\w.]+", html)


def describe_all(browser: Browser, site: Site) -> None:
    """Say what each picture of the first idea shows."""
    said = {f"alt_{file.id}": f"Picture {file.id}" for file in files(site) if file.is_picture}
    browser.submit("/culture/idees/1/fichiers", "/fichiers", **said)
