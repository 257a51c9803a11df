"""The lines of a file that somebody has, in whatever encoding their program wrote."""

import codecs
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, Self

from eak_core.errors import Misconfigured
from eak_core.i18n import _, _l

#: The largest file and the longest line, in bytes. The largest that is known, a city's votes in the
#: format of Pabulib, has a fifth of that.
LARGEST_FILE = 500_000_000
LONGEST_LINE = 1_000_000

#: A line that was too long, in its place.
TOO_LONG = "\0\n"

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PART = 1 << 20
#: A byte that is no part of a character, as the handler “surrogateescape” keeps it.
UNREAD = re.compile("[\udc80-\udcff]")


class WrongFile(Misconfigured):
    """The file as a whole cannot be what was asked for: nothing of it is taken in, and the command
    exits with 2."""


def wrong_line(path: Path, line: int, reason: Any) -> WrongFile:
    """The refusal of the file at ``path`` for what stands in ``line``."""
    message = _l("%(file)s, line %(line)s: %(reason)s", file=str(path), line=line, reason=reason)
    return WrongFile(message)


def not_text() -> str:
    """Why a line with a NUL, or one that was `TOO_LONG`, is refused."""
    return _("It holds a NUL character, or is longer than %(most)s bytes.", most=LONGEST_LINE)


def not_utf8() -> str:
    """Why a line with bytes that are `UNREAD` is refused."""
    return _("It is not in UTF-8. Save the file as UTF-8 and import it again.")


class TextLines(Iterator[str]):
    """The lines of the file at ``path`` (``-`` is standard input); use it as a context manager.

    UTF-8, with or without a byte-order mark, or Windows-1252 where more bytes than not make no
    sense as UTF-8. A byte that no character is written with stays as it was (`UNREAD`), and a line
    of more than a megabyte becomes `TOO_LONG`, so that each spoils its own line alone. ``size`` and
    ``position`` are in bytes, ``number`` is that of the line given last, from 1. `WrongFile` where
    there is no such file, or it is larger than 500 megabytes, or in UTF-16.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = self.position = self.number = 0
        self.encoding = "utf-8"
        self._stream: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            stream = _opened(self.path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise WrongFile(
                _l("%(file)s cannot be opened: %(reason)s.", file=str(self.path), reason=reason)
            ) from None
        try:
            self._begin(stream)
        except BaseException:
            stream.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        if self._stream is not None:
            self._stream.close()

    def _begin(self, stream: IO[bytes]) -> None:
        self.size = stream.seek(0, 2)
        if self.size > LARGEST_FILE:
            raise _too_large(self.path)
        stream.seek(0)
        start = stream.read(3)
        if start.startswith(_UTF16_MARKS):
            raise WrongFile(_l("%(file)s is in UTF-16. Save it as UTF-8.", file=str(self.path)))
        stream.seek(0)
        if start == _UTF8_MARK:
            stream.seek(len(_UTF8_MARK))
        else:
            self.encoding = _encoding(stream)
            stream.seek(0)
        self._stream = stream

    def whole(self) -> Iterator[str]:
        """The lines of a file that is taken as a whole: `WrongFile` names the first that is no
        text."""
        for line in self:
            if "\0" in line:
                raise wrong_line(self.path, self.number, not_text())
            if not line.isascii() and UNREAD.search(line):
                raise wrong_line(self.path, self.number, not_utf8())
            yield line

    def __next__(self) -> str:
        assert self._stream is not None, "it is used as a context manager"
        raw = self._stream.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        self.position += len(raw)
        self.number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            self._skip_line(self._stream)
            return TOO_LONG
        return raw.decode(self.encoding, "surrogateescape")

    def _skip_line(self, stream: IO[bytes]) -> None:
        while (raw := stream.readline(LONGEST_LINE)) and not raw.endswith(b"\n"):
            self.position += len(raw)
        self.position += len(raw)


def _opened(path: Path) -> IO[bytes]:
    if str(path) == "-":
        return _copied(sys.stdin.buffer, path)
    stream = path.open("rb")
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    # A pipe can be read once, and its encoding is seen at its end.
    with stream:
        return _copied(stream, path)


def _copied(stream: BinaryIO, path: Path) -> IO[bytes]:
    copy: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever reads it
    while part := stream.read(_PART):
        copy.write(part)
        if copy.tell() > LARGEST_FILE:
            copy.close()
            raise _too_large(path)
    return copy


def _too_large(path: Path) -> WrongFile:
    most = LARGEST_FILE // 1_000_000
    return WrongFile(
        _l("%(file)s is larger than %(most)s megabytes. Divide it.", file=str(path), most=most)
    )


def _encoding(stream: IO[bytes]) -> str:
    """UTF-8, but for a file of which more characters make no sense in it than do: a spreadsheet
    program of Windows wrote that."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    sound = unread = 0
    for part in iter(partial(stream.read, _PART), b""):
        text = decoder.decode(part)
        if not text.isascii():
            odd = len(UNREAD.findall(text))
            unread += odd
            sound += len(text) - len(text.encode("ascii", "ignore")) - odd
    return "cp1252" if unread > sound else "utf-8"
