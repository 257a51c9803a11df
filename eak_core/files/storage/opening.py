"""The storage of one application, as its settings name it."""

from eak_core.config import Config
from eak_core.files.storage.folder import FolderStorage
from eak_core.files.storage.s3 import S3Storage
from eak_core.files.storage.types import Storage


def open_storage(config: Config) -> Storage:
    """The storage of the setting ``files_url``, or the folder ``files`` of the instance.
    Misconfigured where what it needs is not installed."""
    if config.files_url is None:
        return FolderStorage(config.instance / "files")
    return S3Storage(config.files_url)
