"""Files that are made for whoever asks, complete before they leave.

A reader on a slow line takes minutes for what the database gives in a second. Made while it is
read, a file would keep a transaction open for as long; PostgreSQL ends one that stands still, and
the end of the file would be missing under status 200.
"""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile

from flask import Response
from werkzeug.wsgi import FileWrapper

#: What a file takes of memory; the rest of it waits on disk.
IN_MEMORY = 1024 * 1024
_PART = 64 * 1024


def download(
    parts: Iterable[bytes | str], content_type: str, name: str, *, attachment: bool = False
) -> Response:
    """The answer with all of ``parts``, to be kept as ``name``; they are gone through at once. An
    ``attachment`` is kept without being shown."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the answer
    for part in parts:
        file.write(part.encode() if isinstance(part, str) else part)
    size = file.tell()
    file.seek(0)
    response = Response(FileWrapper(file, _PART), content_type=content_type)
    response.call_on_close(file.close)
    response.content_length = size
    shown = "attachment" if attachment else "inline"
    response.headers["Content-Disposition"] = f'{shown}; filename="{name}"'
    return response
