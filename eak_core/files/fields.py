"""The field in which people choose files, several at once, with or without JavaScript."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms.validators import StopValidation
from wtforms.widgets import FileInput

from eak_core.files.attaching import MOST_FILES
from eak_core.files.errors import StorageTrouble, Unfit
from eak_core.files.models import ALT_LENGTH
from eak_core.files.names import shown_name
from eak_core.files.room import room_of
from eak_core.files.staging import StagedFile, stage_file
from eak_core.i18n import _, _l, ngettext
from eak_core.web.limits import limit_upload
from eak_core.web.text import clean_line

#: What browsers offer to choose; what is sent is judged by its content.
PICTURES = "image/jpeg,image/png,image/webp,image/gif"
ACCEPTED = f"{PICTURES},application/pdf"


class FilesField(MultipleFileField):  # type: ignore[misc]  # Flask-WTF ships no types
    """Pictures and PDF documents, or ``pictures_only``, at most ``most`` at once.

    Once all else in the form is in order they are judged, drawn anew, and put into the storage:
    ``staged`` then has them for `attach_files`, in the order in which they were chosen. What is not
    attached is gone with the request. The view is marked with `takes_files` and `reads_first`.

    A page whose script asks at once what each picture shows sends it as ``<name>-alt``, in the same
    order; without a script it is asked on the next page.
    """

    errors: Sequence[str]
    longest_description = ALT_LENGTH

    def __init__(
        self,
        label: Any = None,
        *,
        most: int = MOST_FILES,
        pictures_only: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("render_kw", {"accept": PICTURES if pictures_only else ACCEPTED})
        super().__init__(label, **kwargs)
        self.most, self.pictures_only = most, pictures_only
        if most == 1:
            self.widget = FileInput()
        self.staged: list[StagedFile] = []
        self._refused: list[FileStorage] = []

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Take what was chosen, and what was said of it."""
        self._alts = formdata.getlist(f"{self.name}-alt") if formdata is not None else []
        super().process(formdata, *args, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Refuse too many and too large files, before any is looked at."""
        if len(self.chosen) > self.most:
            raise StopValidation(
                ngettext("Choose at most %(num)s file at once.",
                         "Choose at most %(num)s files at once.", self.most)
            )  # fmt: skip

    @property
    def chosen(self) -> list[FileStorage]:
        """The files that were sent."""
        return [file for file in self.data or () if isinstance(file, FileStorage)]

    @property
    def to_choose_again(self) -> list[str]:
        """The names of files that were sent in vain: no browser keeps them for a page that is shown
        again. Those that are not taken are not among them."""
        return [_called(file) for file in self.chosen if file not in self._refused]

    def check_late(self) -> bool:
        """Judge the files and put them into the storage; False where one is not taken."""
        if self.chosen:
            self._stage()
        return not self.errors

    @limit_upload
    def _stage(self) -> None:
        errors = list(self.errors)
        for number, file in enumerate(self.chosen):
            try:
                staged = stage_file(self._read(file), file.filename, alt=self._alt(number))
                if self.pictures_only and staged.kind != "picture":
                    raise Unfit(_l("This is a document, and only pictures are shown here."))
                self.staged.append(staged)
            except (Unfit, StorageTrouble) as refusal:
                reason = str(refusal.message)
                errors.append(_("“%(name)s” – %(reason)s", name=_called(file), reason=reason))
                if isinstance(refusal, StorageTrouble):
                    break
                self._refused.append(file)
        self.errors = errors

    def _read(self, file: FileStorage) -> bytes:
        # One byte more than any kind may have is enough to refuse it.
        return file.stream.read(max(room_of().largest.values()) + 1)

    def _alt(self, number: int) -> str:
        text = self._alts[number] if number < len(self._alts) else ""
        return clean_line(text[: 4 * ALT_LENGTH])


def _called(file: FileStorage) -> str:
    return shown_name(file.filename) or _("a file")
