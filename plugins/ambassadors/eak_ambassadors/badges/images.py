"""Badges in pictures ("baked"): a token in a PNG or in an SVG."""

import re
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from eak_ambassadors.badges.faults import Fault

PNG = b"\x89PNG\r\n\x1a\n"
#: Of which chunk of a PNG the badge is (Open Badges 3.0, section 5.3.1).
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_ELEMENT = f"{{{NAMESPACE}}}credential"
_OPENING = re.compile(rb"<svg\b[^>]*>", re.DOTALL)


def bake_png(picture: bytes, badge: str) -> bytes:
    """``picture`` with ``badge`` in it, before its end. `Fault` where it is no whole PNG."""
    kept = [(kind, data) for kind, data in _chunks(picture) if not _is_badge(kind, data)]
    text = KEYWORD + b"\0\0\0\0\0" + badge.encode()
    return PNG + b"".join(
        _written(*each) for each in [*kept[:-1], (b"iTXt", text), kept[-1]]
    )  # fmt: skip


def unbake_png(picture: bytes) -> str:
    """The badge in ``picture``. `Fault` where there is none, or more than one."""
    found = [data for kind, data in _chunks(picture) if _is_badge(kind, data)]
    if not found:
        raise Fault("png-none")
    if len(found) > 1:
        raise Fault("png-several")
    rest = found[0][len(KEYWORD) + 1 :]
    if rest[:1] != b"\0":
        raise Fault("png-compressed")
    try:
        _language, _translated, text = rest[2:].split(b"\0", 2)
        return text.decode()
    except ValueError:  # also what is no UTF-8
        raise Fault("png-broken", "iTXt") from None


def _is_badge(kind: bytes, data: bytes) -> bool:
    return kind == b"iTXt" and data.startswith(KEYWORD + b"\0")


def _written(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG up to its end. `Fault` where it is cut off, or goes on afterwards."""
    if not picture.startswith(PNG):
        raise Fault("png-broken", "signature")
    at, kind = len(PNG), b""
    while kind != b"IEND":
        length = int.from_bytes(picture[at : at + 4])
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        end = at + 12 + length
        if end > len(picture):
            raise Fault("png-broken", "cut off")
        if zlib.crc32(kind + data) != int.from_bytes(picture[end - 4 : end]):
            raise Fault("png-broken", "checksum")
        yield kind, data
        at = end
    if at != len(picture):
        raise Fault("png-broken", "after its end")


def bake_svg(drawing: bytes, token: str) -> bytes:
    """``drawing`` with the token in it, as the first thing in its root. `Fault` for no SVG."""
    opening = _OPENING.search(drawing)
    if opening is None or opening[0].endswith(b"/>"):
        raise Fault("svg-broken")
    said = f'<openbadges:credential xmlns:openbadges="{NAMESPACE}" verify="{token}"/>'
    return drawing[: opening.end()] + said.encode() + drawing[opening.end() :]


def unbake_svg(drawing: bytes) -> str:
    """The badge in ``drawing``: a token, or JSON. `Fault` where there is none, or more than one."""
    try:
        root = fromstring(drawing, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        raise Fault("svg-broken") from None
    found = list(root.iter(_ELEMENT))
    if not found:
        raise Fault("svg-none")
    if len(found) > 1:
        raise Fault("svg-several")
    return found[0].get("verify") or (found[0].text or "").strip()
