"""The bytes of files in backups of the database (`eak_core.db.backup`)."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from eak_core.files.keys import KEY, keys_of, media_type
from eak_core.files.models import StoredFile
from eak_core.files.storage import Storage


class SavedFiles:
    """What a backup asks of the files in ``storage``."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def keys(self, connection: Connection) -> Sequence[str]:
        """The keys of all files of which the database of ``connection`` tells. What is no key is
        left out: a backup may have been written by anybody."""
        columns = (StoredFile.token, StoredFile.kind, StoredFile.width, StoredFile.height)
        rows = connection.execute(select(*columns).order_by(StoredFile.id)).mappings()
        keys = (key for row in rows for key in keys_of(StoredFile(**row)))
        return [key for key in keys if KEY.fullmatch(key)]

    def get(self, key: str) -> bytes | None:
        """What is kept under ``key``; None where it is missing."""
        return self._storage.get(key)

    def put(self, key: str, content: bytes) -> None:
        """Keep it again, unless it is there: a key is never written twice."""
        if self._storage.get(key) is None:
            self._storage.put(key, content, media_type(key))
