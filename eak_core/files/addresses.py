"""The addresses of files, and what a page writes of a picture."""

from typing import Any, NamedTuple

from flask import has_request_context, url_for

from eak_core.files.keys import DOCUMENT
from eak_core.files.models import StoredFile
from eak_core.files.sizes import Rendition, fallback, renditions
from eak_core.web.figures import file_size


class Picture(NamedTuple):
    """What pages write of a picture, as plain values."""

    token: str
    alt: str
    width: int | None
    height: int | None

    @property
    def is_picture(self) -> bool:
        """It always is."""
        return True


def shown_picture(file: StoredFile) -> Picture:
    """What pages write of the picture ``file``."""
    return Picture(file.token, file.alt, file.width, file.height)


def file_url(
    file: StoredFile | Picture,
    name: str | None = None,
    *,
    external: bool = False,
    service_slug: str | None = None,
) -> str:
    """The address of ``file``, which never changes what it shows: of the rendition ``name``, by
    default of the document, or of the JPEG that every program shows. On the site's own address with
    ``external``, and where no page is read; ``service_slug`` says which service it is of, where
    that is not the one whose page is read."""
    if name is None:
        name = fallback_of(file).name if file.is_picture else DOCUMENT
    whole = external or not has_request_context()
    place = {} if service_slug is None else {"service_slug": service_slug}
    return url_for("files.serve", token=file.token, name=name, _external=whole, **place)


def fallback_of(file: StoredFile | Picture) -> Rendition:
    """The JPEG of a picture, for the ``img`` that any browser shows."""
    return fallback(*_size(file))


def source_set(file: StoredFile | Picture, service_slug: str | None = None) -> str:
    """The WebP renditions of a picture, as ``srcset`` wants them; ``service_slug`` as in
    `file_url`."""
    return ", ".join(
        f"{file_url(file, each.name, service_slug=service_slug)} {each.width}w"
        for each in renditions(*_size(file))
    )


def largest_url(file: StoredFile) -> str:
    """The address of a picture in the largest size there is."""
    return file_url(file, renditions(*_size(file))[-1].name)


def _size(file: StoredFile | Picture) -> tuple[int, int]:
    assert file.width is not None
    assert file.height is not None
    return file.width, file.height


def for_templates() -> dict[str, Any]:
    """What the macros of files write addresses with."""
    return {
        "fallback_of": fallback_of,
        "file_size": file_size,
        "file_url": file_url,
        "largest_url": largest_url,
        "source_set": source_set,
    }
