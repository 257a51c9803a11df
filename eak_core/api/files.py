"""Files and pictures.

What people attach to something of the plugin, as long as it answers `file_holder` for it. The
macros of ``macros/files.html`` show them.
"""

from eak_core.files.addresses import file_url
from eak_core.files.attaching import attach_files, describe_pictures, remove_files, remove_files_of
from eak_core.files.fields import FilesField
from eak_core.files.forms import FilesForm, files_form, save_files
from eak_core.files.models import StoredFile
from eak_core.files.reading import ShownFiles, files_of, shown_files, shown_for_all
from eak_core.files.staging import StagedFile, stage_file
from eak_core.plugins.hooks.contributions import FileHolder
from eak_core.web.uploads import takes_files

__all__ = [
    "FileHolder",
    "FilesField",
    "FilesForm",
    "ShownFiles",
    "StagedFile",
    "StoredFile",
    "attach_files",
    "describe_pictures",
    "file_url",
    "files_form",
    "files_of",
    "remove_files",
    "remove_files_of",
    "save_files",
    "shown_files",
    "shown_for_all",
    "stage_file",
    "takes_files",
]
