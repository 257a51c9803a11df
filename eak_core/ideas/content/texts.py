"""What an author gives, and whether it is acceptable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from eak_core.errors import Invalid
from eak_core.i18n import _, _l
from eak_core.ideas.models import REF_LENGTH, STATE_LENGTH, TITLE_LENGTH, URL_LENGTH
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
#: The largest figure that both databases keep.
MOST = 2**31 - 1


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


NOTHING = Proposal()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an imported idea comes from; figures and ``state`` are those of that site."""

    source: str
    ref: str
    url: str | None = None
    votes: int | None = None
    comments: int | None = None
    state: str | None = None


def checked(proposal: Proposal, *, needed: Sequence[str] = NEEDED) -> Proposal:
    """``proposal`` cleaned of what no text should hold, and of empty statements.

    `Invalid` names every field that is wrong, and each of ``needed`` that is empty. Whether the
    choices exist is seen when they are written.
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
    if errors:
        raise Invalid(_l("The idea was not saved yet: some answers need your attention."), errors)
    return tidy


def missing(proposal: Proposal) -> Sequence[str]:
    """The names of what has to be said before an idea can be read, and is not said yet."""
    return [name for name in NEEDED if not clean_lines(getattr(proposal, name))]


def checked_origin(origin: Origin) -> Origin:
    """``origin`` with its state as far as it can be kept; `Invalid` names what else cannot be."""
    errors: dict[str, str] = {}
    if len(origin.ref) > REF_LENGTH or len(origin.url or "") > URL_LENGTH:
        errors["url"] = _("The address is too long.")
    for name in ("votes", "comments"):
        if not 0 <= (getattr(origin, name) or 0) <= MOST:
            errors[name] = _("No such number can be kept.")
    if errors:
        raise Invalid(_l("Where the idea comes from cannot be kept."), errors)
    return replace(origin, state=(origin.state or "")[:STATE_LENGTH] or None)


def says_the_same(one: Proposal, other: Proposal) -> bool:
    """Whether two checked proposals differ in nothing that anybody reads."""
    return all(getattr(one, name) == getattr(other, name) for name in LENGTHS) and (
        set(one.subjects),
        set(one.communes),
        dict(one.statements),
    ) == (set(other.subjects), set(other.communes), dict(other.statements))


def _check_text(errors: dict[str, str], name: str, text: str, most: int) -> None:
    if len(text) > most:
        errors[name] = _(
            "This is %(length)s characters long; at most %(most)s can be kept.",
            length=len(text), most=most,
        )  # fmt: skip
