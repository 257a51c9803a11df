"""Open data: the public fields of ideas, read part by part.

However many ideas there are, each part costs the same statements.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from flask import url_for
from sqlalchemy import select

from eak_core.db import Session
from eak_core.files.addresses import file_url
from eak_core.files.reading import ShownFiles
from eak_core.i18n import _l
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content.attachments import shown_of_all
from eak_core.ideas.describing.criteria import criteria_of, criterion_name, criterion_question
from eak_core.ideas.models import Commune, Idea, IdeaCommune, IdeaCriterion
from eak_core.ideas.proposing.coauthors import coauthors_of
from eak_core.ideas.reading.labels import subject_names
from eak_core.ideas.reading.listing import AnyRow, Filters, conditions
from eak_core.people.models import Person
from eak_core.plugins.hooks.datasets import Column, DataSet, Record, column, columns_of
from eak_core.plugins.loading.host import get_host
from eak_core.services.models import Service

PART = 500

#: Gives the address of an idea, with the site's name in front.
Link = Callable[[Any], str]

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

    id: Annotated[int, column(_l("The number of the idea; it never changes."))]
    url: Annotated[str, column(_l("The address of its page."))]
    title: Annotated[str, column(_l("Its title."))]
    stage: Annotated[str, column(_l("The stage where it stands, as a word for programs."))]
    submitted_at: Annotated[datetime | None, column(_l("When it was submitted."))]
    updated_at: Annotated[datetime, column(_l("When its text was changed last."))]
    author: Annotated[
        str | None,
        column(_l("The name that its author displays; empty once their account is erased.")),
    ]
    coauthors: Annotated[list[str], column(_l("The names of those who write it with its author."))]
    subjects: Annotated[list[str], column(_l("The subjects it is filed under."))]
    communes: Annotated[list[str], column(_l("The communes it is about."))]
    commune_codes: Annotated[list[str], column(_l("The INSEE codes of these communes."))]
    problem: Annotated[str, column(_l("The problem that it answers (Markdown)."))]
    body: Annotated[str, column(_l("The text of the idea (Markdown)."))]
    needs: Annotated[str, column(_l("What is needed to try it (Markdown)."))]
    elsewhere: Annotated[str, column(_l("Why it could be deployed elsewhere (Markdown)."))]
    existing: Annotated[str, column(_l("What exists nearby already (Markdown)."))]
    pictures: Annotated[list[str], column(_l("The addresses of its pictures."))]
    picture_descriptions: Annotated[
        list[str], column(_l("What these pictures show, in the same order."))
    ]
    documents: Annotated[list[str], column(_l("The addresses of its documents."))]
    source: Annotated[str | None, column(_l("The site that an imported idea comes from."))]
    source_url: Annotated[str | None, column(_l("Its address there."))]
    source_votes: Annotated[
        int | None, column(_l("How many supported it there; not counted here."), _l("people"))
    ]
    source_comments: Annotated[
        int | None, column(_l("How many comments it had there."), _l("comments"))
    ]
    source_state: Annotated[str | None, column(_l("What had become of it there."))]


class IdeasFile(msgspec.Struct):
    """The public ideas of a service, or those that filters let through."""

    service: ServiceRecord
    url: str
    ideas: list[IdeaRecord]


def ideas_set(
    session: Session, service: Service, active: frozenset[str], filters: Filters
) -> DataSet:
    """The public ideas of ``service`` that ``filters`` let through, where ``active`` plugins are
    on."""
    return DataSet(
        name="idees",
        title=_l("Ideas"),
        about=_l("Every public idea with its texts, where it stands, and its figures."),
        file=IdeasFile,
        head=lambda: {
            "service": {"slug": service.slug, "name": service.name},
            "url": url_for("ideas.index", _external=True),
        },
        read=lambda: records(session, service, active, filters, idea_address),
        more=lambda: _more(session, service, active),
    )


def idea_address(idea: Any) -> str:
    """The address of an idea with the site's name in front."""
    return idea_url(idea, external=True)


def _more(session: Session, service: Service, active: frozenset[str]) -> Iterator[Column]:
    for each in criteria_of(session, service.id, archived=True):
        said = criterion_question(each) or criterion_name(each)
        yield Column(f"criterion.{each.code}", "text", said)
    for name, plugin in get_host().ready.items():
        if name in active and plugin.idea_columns is not None:
            yield from columns_of(plugin.idea_columns, f"{name}.")


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


def _records(
    session: Session,
    service: Service,
    active: frozenset[str],
    criteria: Mapping[int, str],
    rows: Sequence[AnyRow],
    link: Link,
) -> list[Record]:
    ids = [row.id for row in rows]
    coauthors = coauthors_of(session, ids)
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
            "coauthors": list(coauthors.get(row.id, {}).values()),
            "subjects": list(subjects.get(row.id, ())),
            "communes": [name for _code, name in communes.get(row.id, ())],
            "commune_codes": [code for code, _name in communes.get(row.id, ())],
            **{name: getattr(row, name) for name in TEXTS},
            **_addresses(files[row.id]),
            **{name: getattr(row, name) for name in _ORIGIN},
            **{
                f"criterion.{code}": statements.get((row.id, criterion_id), "")
                for criterion_id, code in criteria.items()
            },
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
