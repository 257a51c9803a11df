"""Where the bytes of files are: a folder of the instance, or a store that speaks S3."""

from eak_core.files.storage.opening import open_storage
from eak_core.files.storage.types import Entry, Storage

__all__ = ["Entry", "Storage", "open_storage"]
