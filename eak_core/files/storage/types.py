"""What a storage can do. All of it raises `StorageTrouble` where the storage fails."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """Something that a storage holds. ``modified_at`` is aware, and by the storage's clock."""

    key: str
    size: int
    modified_at: datetime


class Storage(Protocol):
    """Bytes by their keys, such as ``0f/0f3c…/960.webp``, which are never written twice."""

    @property
    def place(self) -> str:
        """Where it is, for operators; without secrets."""

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keep ``content``: all of it or nothing, also where the process is killed."""

    def get(self, key: str) -> bytes | None:
        """What is kept; None where there is nothing."""

    def delete(self, keys: Iterable[str]) -> None:
        """Forget what is kept under ``keys``; what is not there does no harm."""

    def listed(self) -> Iterator[Entry]:
        """All that it holds, drafts of processes that were killed included."""
