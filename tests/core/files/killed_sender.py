"""A process that sends a picture, and is killed before its transaction ends.

``python -m tests.core.files.killed_sender URL INSTANCE PERSON staging|attaching``
"""

import os
import signal
import sys
from pathlib import Path

from eak_core.db import write_session
from eak_core.files.attaching import attach_files
from eak_core.files.staging import stage_file
from eak_core.kit.testing.site import open_app
from eak_core.kit.testing.uploads import picture
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_core.services.models import Service


def main(url: str, instance: str, person: str, until: str) -> None:
    """Send a picture for the first idea of the first service, and die."""
    app = open_app(url, Path(instance), ())
    with app.app_context(), write_session(app) as session:
        staged = [stage_file(picture(600, 400))]
        if until == "attaching":
            author = actor_for(session, session.get_one(Person, int(person)))
            service = session.get_one(Service, 1)
            assert attach_files(session, author, service, "ideas", "idea:1", staged)
            session.flush()
        os.kill(os.getpid(), signal.SIGKILL)


main(*sys.argv[1:])
