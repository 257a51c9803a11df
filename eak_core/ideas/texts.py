"""What an author gives, and whether it is acceptable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import String, bindparam, cast, literal_column, select, union_all

from eak_core.db import Session
from eak_core.errors import Invalid
from eak_core.i18n import _, _l
from eak_core.ideas.columns import AnySelect
from eak_core.ideas.models import TITLE_LENGTH, Commune, Criterion, Subject
from eak_core.services.models import Service
from eak_core.web.text import clean_line, clean_lines

#: The longest texts, in characters.
LENGTHS = {
    "title": TITLE_LENGTH,
    "problem": 3_000,
    "body": 20_000,
    "needs": 3_000,
    "elsewhere": 3_000,
    "existing": 3_000,
}
STATEMENT_LENGTH = 1_500
NEEDED = ("title", "problem", "body")
MOST_SUBJECTS = 8


@dataclass(frozen=True, slots=True)
class Proposal:
    """The text of an idea and what describes it, as its author gives it.

    ``subjects`` are ids of the service's list, ``communes`` INSEE codes, ``statements`` what the
    author says on each criterion, by its id.
    """

    title: str = ""
    problem: str = ""
    body: str = ""
    needs: str = ""
    elsewhere: str = ""
    existing: str = ""
    subjects: tuple[int, ...] = ()
    communes: tuple[str, ...] = ()
    statements: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an imported idea comes from; the figures are those of that site."""

    source: str
    ref: str
    url: str | None = None
    votes: int | None = None
    comments: int | None = None


def checked(
    session: Session,
    service: Service,
    proposal: Proposal,
    *,
    needed: Sequence[str] = NEEDED,
) -> Proposal:
    """``proposal`` cleaned of what no text should hold, and of empty statements.

    `Invalid` names every field that is wrong, and each of ``needed`` that is empty.
    """
    texts = {name: clean_lines(getattr(proposal, name)) for name in LENGTHS}
    texts["title"] = " ".join(clean_line(proposal.title).split())
    statements = {
        criterion_id: clean
        for criterion_id, text in proposal.statements.items()
        if (clean := clean_lines(text))
    }
    errors: dict[str, str] = {
        name: _("This is needed before the idea can be read.") for name in needed if not texts[name]
    }
    for name, text in texts.items():
        _check_text(errors, name, text, LENGTHS[name])
    for criterion_id, text in statements.items():
        _check_text(errors, f"criterion_{criterion_id}", text, STATEMENT_LENGTH)
    tidy = replace(
        proposal,
        **texts,
        statements=statements,
        subjects=tuple(dict.fromkeys(proposal.subjects)),
        communes=tuple(dict.fromkeys(proposal.communes)),
    )
    if len(tidy.subjects) > MOST_SUBJECTS:
        errors["subjects"] = _("Choose at most %(most)s subjects.", most=MOST_SUBJECTS)
    elif not errors:
        errors = _unknown_choices(session, service.id, tidy)
    if errors:
        raise Invalid(_l("The idea was not saved yet: some answers need your attention."), errors)
    return tidy


def _check_text(errors: dict[str, str], name: str, text: str, most: int) -> None:
    if len(text) > most:
        errors[name] = _(
            "This is %(length)s characters long; at most %(most)s can be kept.",
            length=len(text), most=most,
        )  # fmt: skip


def _unknown_choices(session: Session, service_id: int, proposal: Proposal) -> dict[str, str]:
    """What is not in the three lists was made up, or removed since the form was opened."""
    chosen = {
        "subjects": {str(subject_id) for subject_id in proposal.subjects},
        "communes": set(proposal.communes),
        "criteria": {str(criterion_id) for criterion_id in proposal.statements},
    }
    if not any(chosen.values()):
        return {}
    found = session.connection().execute(
        _offered, {"service_id": service_id, "communes": proposal.communes}
    )
    for kind, key in found:
        chosen[kind].discard(key)
    return {
        kind: _("One of these choices does not exist here any more.")
        for kind, unknown in chosen.items()
        if unknown
    }


def _of_service(kind: str, table: type[Subject | Criterion]) -> AnySelect:
    return select(literal_column(f"'{kind}'"), cast(table.id, String)).where(
        table.service_id == bindparam("service_id")
    )


# One statement for the three lists. It is built once: building it costs more than running it.
_offered = union_all(
    _of_service("subjects", Subject),
    _of_service("criteria", Criterion),
    select(literal_column("'communes'"), Commune.code).where(
        Commune.code.in_(bindparam("communes", expanding=True))
    ),
)
