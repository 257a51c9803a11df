"""What somebody types who means harm, and where it would do some."""

import csv
import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import msgspec
from sqlalchemy import String, Table, Text, select, update
from sqlalchemy.exc import DBAPIError

from eak_core.db import Session

#: A text that would be a tag if anybody forgot to escape it.
HOSTILE = '<b id="unescaped">'
#: The same for fields of forms: a spreadsheet would moreover take it for a formula.
TYPED = f"=1+2 {HOSTILE}"

_TAG = re.compile(r"<b id=\\?[\"']unescaped")
_MARKUP = frozenset({"text/html", "application/xhtml+xml"})


def found_in(text: str, mimetype: str) -> str | None:
    """Why ``text``, as sent with ``mimetype``, does harm to whoever reads it; None where not."""
    if mimetype in _MARKUP:
        return _markup(text)
    if mimetype.endswith("xml"):
        return _xml(text)
    if mimetype == "text/csv":
        return _csv(text)
    if mimetype.endswith("json"):
        return _json(text)
    return None


def _markup(text: str) -> str | None:
    found = _TAG.search(text)
    if found is None:
        return None
    around = " ".join(text[max(0, found.start() - 60) : found.end() + 20].split())
    return f"has a text that is not escaped: …{around}… Mark as Markup what templates rendered,\
 nothing else, and leave |safe out."


def _xml(text: str) -> str | None:
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 – the plugin's own answer
    except ElementTree.ParseError as error:
        return f"is no well-formed XML ({error}): let a template whose name ends in .xml or .svg\
 escape it."
    for each in root.iter():
        if each.get("type") == "html" and each.text and (harm := _markup(each.text)):
            return f"{harm} (In a feed, HTML is escaped twice.)"
    return None


def _csv(text: str) -> str | None:
    plain = text.removeprefix("\ufeff")
    first = plain.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    for row in csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter):
        for cell in row:
            if cell.lstrip().startswith("=1+2"):
                return f"has a cell that a spreadsheet would run: {cell!r}. Put an apostrophe\
 before texts that begin with =, +, - or @."
    return None


def _json(text: str) -> str | None:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return f"is no JSON ({error}): encode it with msgspec or flask.jsonify, not by hand."
    return None


def retype(session: Session, tables: list[Table]) -> None:
    """Give a hostile end to whatever people may have typed, through acts that the kit cannot see
    into: each text of ``tables`` that has a space in it, as machine words have none.

    A column that holds what the plugin itself wrote says so: ``info={"typed": False}``. What the
    database refuses to change stays.
    """
    for table in tables:
        for column in table.columns:
            if not isinstance(column.type, String | Text) or column.primary_key:
                continue
            if column.foreign_keys or not column.info.get("typed", True):
                continue
            texts = select(column).where(column.like("% %")).distinct()
            for text in session.scalars(texts).all():
                if new := _hostile(text, column.type.length):
                    try:
                        with session.begin_nested():
                            session.execute(
                                update(table).where(column == text).values({column: new})
                            )
                    except DBAPIError:
                        continue


def _hostile(text: str, length: int | None) -> str | None:
    # What begins like this is a document of the plugin's, or HTML that it made and holds for safe.
    if "<" in text or text.lstrip()[:1] in {"{", "["}:
        return None
    new = f"{TYPED} {text}"
    return new if length is None or len(new) <= length else None


def in_mail(payload: dict[str, object]) -> Iterator[str]:
    """Why a mail with ``payload`` does harm to whoever reads it."""
    html = payload.get("html")
    if isinstance(html, str) and (harm := _markup(html)):
        yield f"in its HTML {harm}"
    subject = payload.get("subject")
    if isinstance(subject, str) and "\n" in subject:
        yield "has a subject of several lines: use `clean_line`."
