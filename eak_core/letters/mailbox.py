"""Mail that was written to files in the place of being sent, read back for a page."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_binary_file, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

_NAME = re.compile(r"([0-9]{8,15})\.eml")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. ``html`` is the source of its HTML part, empty where it has none."""

    number: int
    to: str
    subject: str
    date: datetime | None
    text: str
    html: str


def numbers(folder: Path) -> list[int]:
    """The numbers of the mails in ``folder``, the latest first."""
    if not folder.is_dir():
        return []
    found: list[tuple[int, int]] = []
    with os.scandir(folder) as files:
        for file in files:
            match = _NAME.fullmatch(file.name)
            with suppress(FileNotFoundError):
                if match:
                    found.append((file.stat().st_mtime_ns, int(match[1])))
    return [number for _at, number in sorted(found, reverse=True)]


def read_letters(folder: Path, wanted: Sequence[int]) -> list[Letter]:
    """These mails, in the order asked for; those that are gone meanwhile left out."""
    letters = (read_letter(folder, number) for number in wanted)
    return [letter for letter in letters if letter is not None]


def read_letter(folder: Path, number: int) -> Letter | None:
    """The mail ``number``; None where there is none."""
    try:
        with (folder / f"{number:08d}.eml").open("rb") as file:
            message = message_from_binary_file(file, policy=policy.default)
    except OSError:
        return None
    assert isinstance(message, EmailMessage)
    return Letter(
        number,
        str(message.get("To", "")),
        str(message.get("Subject", "")),
        _date(message),
        _part(message, "plain"),
        _part(message, "html"),
    )


def _date(message: EmailMessage) -> datetime | None:
    try:
        date = parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return None
    return date.astimezone()


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, MessageError):
        # A charset nobody knows: better some wrong characters than no page.
        content = part.get_payload(decode=True)
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
