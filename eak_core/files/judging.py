"""What a file is, by what is in it: neither its name nor what the browser says of it count."""

import zipfile
from io import BytesIO

from eak_core.files.errors import Unfit
from eak_core.files.models import Kind
from eak_core.i18n import _l

#: How the pictures begin that are taken: JPEG, PNG, GIF.
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_PDF = b"%PDF-"
#: A PDF ends with this, perhaps before a few bytes more; what was cut off does not.
_PDF_END = b"%%EOF"
_PDF_TAIL = 1_024
_HEAD = 1_024
_HEIC = (b"heic", b"heix", b"heif", b"hevc", b"mif1", b"msf1")


def kind_of(raw: bytes) -> Kind:
    """The kind of a file. `Unfit` with a sentence for each kind that people send and is not taken.

    A PDF that is an archive as well is refused: what a program takes it for is then decided by the
    program. A picture that is something else too is not, since it is drawn anew.
    """
    if raw.startswith(_PICTURES) or (raw[:4] == b"RIFF" and raw[8:12] == b"WEBP"):
        return "picture"
    if raw.startswith(_PDF):
        if zipfile.is_zipfile(BytesIO(raw)):
            raise Unfit(_l("This file is a PDF and an archive at once. Export the document anew."))
        if _PDF_END not in raw[-_PDF_TAIL:]:
            raise Unfit(_l("This PDF is damaged or not complete. Export the document anew."))
        return "document"
    raise Unfit(_refusal(raw))


def _refusal(raw: bytes) -> object:
    if not raw:
        return _l("This file is empty.")
    head = raw[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!doctype")) and b"<svg" in head):
        return _l("SVG drawings may hold programs and are not taken. Export it as PNG.")
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIC:
        return _l("HEIC pictures can be seen on few machines and are not taken. Export it as JPEG.")
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _l("Documents are taken as PDF alone. Export it as PDF.")
    return _l("Only pictures (JPEG, PNG, WebP, GIF) and PDF documents are taken.")
