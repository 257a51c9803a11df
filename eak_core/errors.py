"""Refusals that a person meets: each carries a sentence for them and an HTTP status.

Domain functions raise them; one handler turns them into pages, the command line into
exit codes. The sentence says what happened, what was kept, and what to do.
"""

from collections.abc import Mapping
from typing import Any

from eak_core.i18n import _l


class EakError(Exception):
    """A refusal with a ``message`` for the person (a translated, possibly lazy, string)."""

    status = 400

    def __init__(self, message: Any) -> None:
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.message)


class Invalid(EakError):
    """What was given is not acceptable; ``fields`` says which field and why."""

    status = 422

    def __init__(self, message: Any, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class Forbidden(EakError):
    """This person may not do this here. Where they can see to it themselves, ``way`` is a link to
    the page for that: what it says, and its endpoint (``voting.index``)."""

    status = 403

    def __init__(
        self,
        message: Any = _l("You are not allowed to do this here."),
        way: tuple[Any, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.way = way


class NotFound(EakError):
    """There is no such thing, or it is not for this person to know."""

    status = 404

    def __init__(self, message: Any = _l("This page does not exist.")) -> None:
        super().__init__(message)


class Gone(EakError):
    """It was here and was taken away, for the public ``message``."""

    status = 410


class Conflict(EakError):
    """Somebody else changed the same thing in between; nothing was written."""

    status = 409


class Refused(EakError):
    """A rule of the domain or a plugin's guard says no."""

    status = 409


class TooLarge(EakError):
    """More was sent than anybody types."""

    status = 413


class Busy(EakError):
    """It cannot be done now, for a lock that somebody holds; ``retry_after`` says in how many
    seconds it may be tried again. Nothing was written."""

    status = 503

    def __init__(
        self,
        message: Any = _l("Somebody else is changing something at this very moment."),
        retry_after: int = 5,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooMany(EakError):
    """Too many attempts in too short a time; ``retry_after`` says for how many seconds."""

    status = 429

    def __init__(self, message: Any, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Misconfigured(EakError):
    """For operators: a setting, file or environment is wrong. The command line exits with 2."""

    status = 500
