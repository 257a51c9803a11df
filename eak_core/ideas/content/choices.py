"""The rows that hang on an idea: its subjects, its communes, its statements.

Each kind is written by one statement, which also checks it: a row comes from the list that it was
chosen from, so what was made up, or belongs to another service, writes nothing and is counted.
"""

from typing import Any

from sqlalchemy import BindParameter, Integer, Text, bindparam, insert, select

from eak_core.db import Session
from eak_core.db.prepared import Prepared
from eak_core.errors import Invalid
from eak_core.i18n import _, _l
from eak_core.ideas.content.texts import Proposal
from eak_core.ideas.models import (
    Commune,
    Criterion,
    IdeaCommune,
    IdeaCriterion,
    IdeaSubject,
    Subject,
)

_idea_id = bindparam("idea", type_=Integer)
_service_id = bindparam("service", type_=Integer)
_chosen: BindParameter[Any] = bindparam("chosen")

_STATEMENTS = {
    "subjects": Prepared(
        insert(IdeaSubject).from_select(
            ["idea_id", "subject_id"],
            select(_idea_id, Subject.id).where(
                Subject.id == _chosen, Subject.service_id == _service_id
            ),
        )
    ),
    "communes": Prepared(
        insert(IdeaCommune).from_select(
            ["idea_id", "commune_code"],
            select(_idea_id, Commune.code).where(Commune.code == _chosen),
        )
    ),
    "criteria": Prepared(
        insert(IdeaCriterion).from_select(
            ["idea_id", "criterion_id", "statement"],
            select(_idea_id, Criterion.id, bindparam("text", type_=Text)).where(
                Criterion.id == _chosen, Criterion.service_id == _service_id
            ),
        )
    ),
}


def write_choices(session: Session, service_id: int, idea_id: int, proposal: Proposal) -> list[str]:
    """Write what ``proposal`` chose; answers the kinds of which a choice does not exist here."""
    given: dict[str, list[dict[str, Any]]] = {
        "subjects": [{"chosen": chosen} for chosen in proposal.subjects],
        "communes": [{"chosen": chosen} for chosen in proposal.communes],
        "criteria": [
            {"chosen": chosen, "text": text} for chosen, text in proposal.statements.items()
        ],
    }
    connection = session.connection()
    unknown = []
    for kind, rows in given.items():
        if not rows:
            continue
        about = {"idea": idea_id, "service": service_id}
        written = _STATEMENTS[kind].run(connection, [{**row, **about} for row in rows])
        if written.rowcount != len(rows):
            unknown.append(kind)
    return unknown


def unknown_choices(kinds: list[str]) -> Invalid:
    """The refusal of choices that were made up, or removed since the form was opened."""
    message = _("One of these choices does not exist here any more.")
    return Invalid(
        _l("The idea was not saved yet: some answers need your attention."),
        dict.fromkeys(kinds, message),
    )
