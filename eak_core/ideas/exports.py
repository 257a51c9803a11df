"""Open data: the public fields of ideas, read part by part.

However many ideas there are, each part costs the same statements.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from eak_core.db import Session
from eak_core.files.addresses import file_url
from eak_core.files.reading import ShownFiles
from eak_core.ideas.attachments import shown_of_all
from eak_core.ideas.criteria import criteria_of
from eak_core.ideas.listing import AnyRow, Filters, conditions, subject_names
from eak_core.ideas.models import Commune, Idea, IdeaCommune, IdeaCriterion
from eak_core.people.models import Person
from eak_core.plugins.loading.host import get_host
from eak_core.services.models import Service
from eak_core.web.open_data.files import Record

PART = 500

#: Gives the address of an idea, with the site's name in front.
Link = Callable[[Any], str]

_BEFORE = (
    "id", "url", "title", "stage", "submitted_at", "updated_at", "author",
    "subjects", "communes", "commune_codes",
)  # fmt: skip
_FILES = ("pictures", "picture_descriptions", "documents")
_ORIGIN = ("source", "source_url", "source_votes", "source_comments", "source_state")
TEXTS = ("problem", "body", "needs", "elsewhere", "existing")
_COLUMNS = (
    Idea.id, Idea.slug, Idea.title, Idea.stage, Idea.submitted_at, Idea.updated_at,
    Idea.problem, Idea.body, Idea.needs, Idea.elsewhere, Idea.existing,
    Idea.source, Idea.source_url, Idea.source_votes, Idea.source_comments,
    Idea.source_state,
)  # fmt: skip


class ServiceRecord(msgspec.Struct):
    """The service that the ideas were submitted to."""

    slug: str
    name: str


class IdeaRecord(msgspec.Struct):
    """A public idea. Texts are Markdown. Beside these members it has one for each criterion of the
    service (criterion.<code>, a text) and the columns of its plugins (<plugin>.<column>, a number
    or a text). The source members are those of an idea that was imported from another site, whose
    figures are never added to what is counted here."""

    id: int
    url: str
    title: str
    stage: str
    submitted_at: datetime | None
    updated_at: datetime
    author: str | None
    subjects: list[str]
    communes: list[str]
    commune_codes: list[str]
    problem: str
    body: str
    needs: str
    elsewhere: str
    existing: str
    pictures: list[str]
    picture_descriptions: list[str]
    documents: list[str]
    source: str | None
    source_url: str | None
    source_votes: int | None
    source_comments: int | None
    source_state: str | None


class IdeasFile(msgspec.Struct):
    """The public ideas of a service, or those that filters let through."""

    service: ServiceRecord
    url: str
    ideas: list[IdeaRecord]


def records(
    session: Session,
    service: Service,
    active: frozenset[str],
    filters: Filters,
    link: Link,
    part: int = PART,
) -> Iterator[list[Record]]:
    """The public ideas that ``filters`` let through, by id, in lists of at most ``part``.

    A record has the public fields of the core, one for each criterion (``criterion.<code>``), and
    the columns of active plugins (``<plugin>.<column>``). Several values are a list.
    """
    criteria = {each.id: each.code for each in criteria_of(session, service.id, archived=True)}
    query = (
        select(*_COLUMNS, Person.name.label("author"))
        .outerjoin(Person, (Person.id == Idea.author_id) & Person.erased_at.is_(None))
        .order_by(Idea.id)
        .limit(part)
    )
    kept = conditions(session, service.id, filters)
    last = 0
    while True:
        rows = session.execute(query.where(*kept, Idea.id > last)).all()
        if rows:
            last = rows[-1].id
            yield _records(session, service, active, criteria, rows, link)
        if len(rows) < part:
            return


def core_fields(session: Session, service: Service) -> list[str]:
    """The names of the fields that a record has without any plugin."""
    criteria = [f"criterion.{c.code}" for c in criteria_of(session, service.id, archived=True)]
    return [*_BEFORE, *TEXTS, *criteria, *_FILES, *_ORIGIN]


def _records(
    session: Session,
    service: Service,
    active: frozenset[str],
    criteria: Mapping[int, str],
    rows: Sequence[AnyRow],
    link: Link,
) -> list[Record]:
    ids = [row.id for row in rows]
    subjects = subject_names(session, ids)
    communes = _communes(session, ids)
    statements = _statements(session, ids)
    files = shown_of_all(session, service.id, rows)
    columns = _plugin_columns(session, service, active, rows)
    return [
        {
            "id": row.id,
            "url": link(row),
            "title": row.title,
            "stage": row.stage,
            "submitted_at": row.submitted_at,
            "updated_at": row.updated_at,
            "author": row.author,
            "subjects": list(subjects.get(row.id, ())),
            "communes": [name for _code, name in communes.get(row.id, ())],
            "commune_codes": [code for code, _name in communes.get(row.id, ())],
            **{name: getattr(row, name) for name in TEXTS},
            **{
                f"criterion.{code}": statements.get((row.id, criterion_id), "")
                for criterion_id, code in criteria.items()
            },
            **_addresses(files[row.id]),
            **{name: getattr(row, name) for name in _ORIGIN},
            **columns[row.id],
        }
        for row in rows
    ]


def _addresses(files: ShownFiles) -> dict[str, list[str]]:
    """Where the files of an idea are, pictures in JPEG with what they show."""
    return {
        "pictures": [file_url(file, external=True) for file in files.pictures],
        "picture_descriptions": [file.alt for file in files.pictures],
        "documents": [file_url(file, external=True) for file in files.documents],
    }


def _communes(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    query = (
        select(IdeaCommune.idea_id, Commune.code, Commune.name)
        .join(Commune, Commune.code == IdeaCommune.commune_code)
        .where(IdeaCommune.idea_id.in_(ids))
        .order_by(Commune.name)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for idea_id, code, name in session.execute(query):
        found.setdefault(idea_id, []).append((code, name))
    return found


def _statements(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], str]:
    query = select(IdeaCriterion.idea_id, IdeaCriterion.criterion_id, IdeaCriterion.statement)
    rows = session.execute(query.where(IdeaCriterion.idea_id.in_(ids)))
    return {(idea_id, criterion_id): statement for idea_id, criterion_id, statement in rows}


def _plugin_columns(
    session: Session, service: Service, active: frozenset[str], ideas: Sequence[Any]
) -> dict[int, dict[str, int | str]]:
    """What active plugins add, under their names; every idea has the same columns."""
    found: dict[int, dict[str, int | str]] = {idea.id: {} for idea in ideas}
    names: dict[str, None] = {}
    answers = get_host().call_each(
        "idea_columns", active, session=session, service=service, ideas=ideas
    )
    for plugin, columns in answers:
        for idea_id in found.keys() & columns.keys():
            for name, value in columns[idea_id].items():
                names[f"{plugin}.{name}"] = None
                found[idea_id][f"{plugin}.{name}"] = value
    return {
        idea_id: {name: columns.get(name, "") for name in names}
        for idea_id, columns in found.items()
    }
