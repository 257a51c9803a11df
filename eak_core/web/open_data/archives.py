"""Archives that leave while they are made (ZIP), with one part of one file in memory.

Their table of contents is written last, so one that breaks off opens in no program: nobody takes
half of it for the whole. Sizes stand behind each file, in 32 bits, as every program reads them; a
file of 2 GB or more is refused by `zipfile.LargeZipFile`, which breaks the archive off.
"""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Pipe(io.RawIOBase):
    """What was written and has not left yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        part = bytes(data)
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        part, self._parts = b"".join(self._parts), []
        return part


def archive(files: Iterable[tuple[str, Iterable[bytes | str]]], at: datetime) -> Iterator[bytes]:
    """An archive of ``files``, each by its name in parts, all of the time ``at``."""
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as zipped:
        for name, parts in files:
            about = ZipInfo(name, at.timetuple()[:6])
            about.compress_type, about.external_attr = ZIP_DEFLATED, 0o644 << 16
            with zipped.open(about, "w") as file:
                for part in parts:
                    file.write(part.encode() if isinstance(part, str) else part)
                    if ready := pipe.taken():
                        yield ready
            yield pipe.taken()
    yield pipe.taken()
