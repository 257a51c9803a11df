"""The archive of a service: every set in each format, with what a reader needs to use them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from flask import current_app, render_template, url_for
from flask_babel import force_locale

from eak_core.db import Session
from eak_core.plugins.hooks.datasets import DataSet, Record
from eak_core.reuse import licence
from eak_core.reuse.dictionary import HEADER, dictionary
from eak_core.services.models import Service
from eak_core.web.i18n import LANGUAGES
from eak_core.web.links import on_site, site_url
from eak_core.web.open_data.cells import csv_lines
from eak_core.web.open_data.files import json_parts, keeping, schema_document
from eak_core.web.open_data.sets import document_of, rows_of

#: The name and the parts of a file.
File: TypeAlias = tuple[str, Iterable[bytes | str]]


def files_of(
    session: Session, service: Service, sets: Sequence[DataSet], at: datetime
) -> Iterator[File]:
    """The files of the archive of ``service``, as it was at ``at`` or is later.

    Each set is read part by part, in a transaction that ends before anything of the part leaves,
    however slowly somebody takes it. The JSON is written while it is read, and the table from what
    was kept of that on disk: both are the same.
    """
    about = list(_about(service, sets, at))
    session.commit()
    yield from about
    for each in sets:
        with keeping() as memory:
            document = document_of(each, memory.passing(_part_by_part(session, each)))
            table = rows_of(each, memory)
            session.commit()
            yield f"{each.name}.json", document
            yield f"{each.name}.csv", csv_lines(table)
        yield f"{each.name}.schema.json", [schema_of(each)]


def _part_by_part(session: Session, data: DataSet) -> Iterator[list[Record]]:
    for part in data.read():
        session.commit()
        yield part


def schema_of(data: DataSet) -> bytes:
    """The JSON Schema of a set, under its address in the service."""
    address = on_site(url_for("reuse.schema", name=data.name))
    return schema_document(data.file, f"EAK: {data.name}", address)


def _about(service: Service, sets: Sequence[DataSet], at: datetime) -> Iterator[File]:
    for name in ("LISEZMOI", "LICENCE"):
        yield f"{name}.txt", [_said(name.lower(), service, sets, at)]
    rows = list(dictionary(sets))
    yield "dictionnaire.csv", csv_lines(rows)
    records = [dict(zip(HEADER, row, strict=True)) for row in rows[1:]]
    yield "dictionnaire.json", json_parts({"service": service.slug}, "columns", [records])


def _said(name: str, service: Service, sets: Sequence[DataSet], at: datetime) -> str:
    """A text in all languages of the site, one below the other."""
    config = current_app.extensions["eak_config"]
    texts = []
    for language in LANGUAGES:
        with force_locale(language):
            texts.append(
                render_template(
                    f"reuse/{language}/{name}.txt",
                    about=service, at=at, sets=sets, licence=licence,
                    publisher=config.publisher or config.site_name,
                    contact=config.contact_email,
                    address=on_site(url_for("reuse.index")),
                    site=site_url(),
                )
            )  # fmt: skip
    return "\n\n".join(text.strip() for text in texts) + "\n"
