"""Whether rows and storage agree."""

from dataclasses import dataclass

from sqlalchemy import orm, select

from eak_core.files.keys import KEY, keys_of
from eak_core.files.models import StoredFile
from eak_core.files.storage import Storage


@dataclass(frozen=True, slots=True)
class Agreement:
    """``files`` rows of so many ``size`` bytes; those of which the storage lacks something, by
    their ids; and what the storage holds without any row, with its bytes."""

    files: int
    size: int
    lacking: tuple[int, ...]
    forgotten: int
    forgotten_size: int


def compare(session: orm.Session, storage: Storage) -> Agreement:
    """Go through all rows and all that ``storage`` holds. `StorageTrouble` where it fails."""
    held = {entry.key: entry.size for entry in storage.listed()}
    expected: dict[str, int] = {}
    files = size = 0
    for file in session.scalars(select(StoredFile).order_by(StoredFile.id)):
        files, size = files + 1, size + file.size
        expected.update(dict.fromkeys(keys_of(file), file.id))
    forgotten = held.keys() - expected.keys()
    return Agreement(
        files,
        size,
        tuple(sorted({expected[key] for key in expected.keys() - held.keys()})),
        len(forgotten),
        sum(held[key] for key in forgotten),
    )


def token_of(key: str) -> str | None:
    """The token of the file that ``key`` is of; None for what is no file, such as a draft."""
    found = KEY.fullmatch(key)
    return found[1] if found else None
