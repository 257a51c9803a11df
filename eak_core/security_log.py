"""A log of security: who came in and who was refused, whose rights changed, what secrets served.

One line of JSON for each, in a file for each day in the folder ``security`` of the instance, which
its owner alone may read; a day is deleted whole when its time is over. People stand in it by the
number of their account, the address that somebody typed and the network they came from by a keyed
digest: enough to see that it was one and the same, not enough to tell who by the file alone.

Writing never fails a request: what cannot be written is said in the log of the server.
"""

import hmac
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, has_app_context, has_request_context, request

from eak_core import clock

FOLDER = "security"
#: Lines of one kind that a process writes a minute: who floods the site does not fill its disk, nor
#: hide other kinds among their own.
MOST_A_MINUTE = 120

logger = logging.getLogger("eak.security")


class SecurityLog:
    """The log of one instance. ``network`` answers where the present request comes from."""

    def __init__(self, instance: Path, key: str, network: Callable[[], str | None]) -> None:
        self.folder = instance / FOLDER
        self._key = key.encode()
        self._network = network
        self._mutex = threading.Lock()
        self._minute = _minute()
        self._written: dict[str, int] = {}

    def digest(self, text: str) -> str:
        """What stands for ``text``: the same each time, and nothing to look it up by without the
        key of the instance."""
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()[:16]

    def write(self, event: str, facts: dict[str, Any]) -> None:
        """Add a line; beyond `MOST_A_MINUTE` of one kind they are counted alone."""
        lines = self._left_out()
        if self._fits(event):
            lines.append({"event": event, **facts})
        if not lines:
            return
        now = clock.now()
        at = now.isoformat(timespec="milliseconds")
        text = "".join(json.dumps({"at": at, **line}, default=str) + "\n" for line in lines)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(
                self.folder / f"{now.date()}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
            )
            try:
                # One call: lines of several processes stand beside each other, never in each other.
                os.write(file, text.encode())
            finally:
                os.close(file)
        except OSError as error:
            logger.error("the log of security cannot be written: %s: %s", error.strerror, text)  # noqa: TRY400  # the reason is enough

    def forget(self, days: int) -> None:
        """Delete the files of days that lie more than ``days`` back."""
        oldest = clock.now().date() - timedelta(days=days)
        for file in self.folder.glob("*.jsonl"):
            try:
                over = date.fromisoformat(file.stem) < oldest
            except ValueError:
                continue
            if over:
                file.unlink(missing_ok=True)

    def origin(self) -> str | None:
        """What stands for the network of the present request."""
        network = self._network() if has_request_context() else None
        return self.digest(network) if network else None

    def _fits(self, event: str) -> bool:
        with self._mutex:
            self._written[event] = self._written.get(event, 0) + 1
            return self._written[event] <= MOST_A_MINUTE

    def _left_out(self) -> list[dict[str, Any]]:
        """What the minute before had too many of."""
        minute = _minute()
        with self._mutex:
            if minute == self._minute:
                return []
            self._minute, before = minute, self._written
            self._written = {}
        return [
            {"event": "left_out", "of": event, "lines": count - MOST_A_MINUTE}
            for event, count in before.items()
            if count > MOST_A_MINUTE
        ]


def _minute() -> int:
    return int(time.monotonic() // 60)


def note(event: str, **facts: Any) -> None:
    """Write ``event`` with what is known of the request: who is signed in, from where, at which
    page. ``facts`` are numbers and words of the program, never what somebody typed."""
    if not has_app_context():
        return
    log: SecurityLog | None = current_app.extensions.get("eak_security_log")
    if log is None:
        return
    log.write(event, {**_circumstances(log), **{k: v for k, v in facts.items() if v is not None}})


def note_address(event: str, address: str, **facts: Any) -> None:
    """As `note`, about an address that has no account: its digest stands for it."""
    log: SecurityLog | None = current_app.extensions.get("eak_security_log")
    note(event, address=log.digest(address) if log is not None else None, **facts)


def init_security_log(app: Flask, log: SecurityLog) -> None:
    """Let what happens in ``app`` be noted in ``log``."""
    app.extensions["eak_security_log"] = log


def _circumstances(log: SecurityLog) -> dict[str, Any]:
    if not has_request_context():
        return {"by": "command"}
    actor, service = g.get("actor"), g.get("service")
    known = {
        "by": getattr(actor, "person_id", None),
        "from": log.origin(),
        "method": request.method,
        # The rule, since an address may hold the token of a link.
        "page": request.url_rule.rule if request.url_rule else None,
        "service": getattr(service, "id", None),
    }
    return {name: value for name, value in known.items() if value is not None}
