"""Preparing a ballot: what a manager writes, checked as a whole before anything is kept."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from eak_core.api import (
    Actor,
    Conflict,
    Idea,
    Invalid,
    Refused,
    Service,
    Session,
    _,
    _l,
    checked_text,
    clock,
    insert_once,
    public_ideas,
    require,
    slug_of,
)
from eak_voting.ballots.finding import written
from eak_voting.models import TITLE_LENGTH, Ballot, BallotOption, Reminder
from eak_voting.settings import GRADES, Settings

TEXT_LENGTH = 20_000
#: The page of so many is measured (`make bench large`). Nobody reads more of them.
MOST_OPTIONS = 500
LONGEST = timedelta(days=366)
MOST_MONEY = 10**12


@dataclass(frozen=True, slots=True)
class Draft:
    """What a manager writes about a ballot. ``costs`` are by the id of the idea, where the method
    is a budget; times are aware."""

    title: str
    text: str
    settings: Settings
    opens_at: datetime
    closes_at: datetime
    ideas: Sequence[int]
    costs: Mapping[int, int] = field(default_factory=dict)


def prepare(
    session: Session, actor: Actor, service: Service, draft: Draft, *, form_key: str | None = None
) -> Ballot:
    """Keep ``draft`` as a ballot that only managers see.

    A second call with the same ``form_key`` and the same draft answers the first ballot and writes
    nothing; with another draft it is a correction, as `change` makes one, and `Conflict` where that
    would undo what was changed since. `Invalid` names each field that is wrong: title, text,
    opens_at, closes_at, ideas, costs, electorate, quorum, approval, majority, budget.
    """
    require(actor, "voting.manage", service)
    draft = checked(session, service, draft)
    values = {
        "service_id": service.id,
        **_columns(draft),
        "key": secrets.token_hex(32),
        "form_key": form_key or None,
        "created_by": actor.person_id,
        "created_at": clock.now(),
        "state": "draft",
        "version_id": 1,
    }
    ballot_id = insert_once(session, Ballot, values, Ballot.id)
    if ballot_id is None:
        first = session.scalars(
            select(Ballot).where(Ballot.created_by == actor.person_id, Ballot.form_key == form_key)
        ).one()
        return _sent_again(session, actor, service, first, draft)
    _write_options(session, service, ballot_id, draft)
    return session.get_one(Ballot, ballot_id)


def change(
    session: Session,
    actor: Actor,
    service: Service,
    ballot: Ballot,
    draft: Draft,
    *,
    version: int,
) -> None:
    """Write ``draft`` over a ballot that is still one, from the ``version`` that the person saw.

    `Conflict` where somebody else saved in between, `Refused` once it is announced.
    """
    require(actor, "voting.manage", service)
    ballot = locked(session, ballot)
    require_draft(ballot)
    if ballot.version_id != version:
        raise Conflict(
            _l(
                "Somebody else changed this ballot while you were writing. Nothing was saved; what"
                " you typed is still in the form. Please compare, and save again."
            )
        )
    draft = checked(session, service, draft)
    for name, value in _columns(draft).items():
        setattr(ballot, name, value)
    ballot.version_id += 1
    session.flush()
    session.execute(delete(BallotOption).where(BallotOption.ballot_id == ballot.id))
    _write_options(session, service, ballot.id, draft)


def _sent_again(
    session: Session, actor: Actor, service: Service, ballot: Ballot, draft: Draft
) -> Ballot:
    """The same form once more, by a second click, or corrected after a step back."""
    if ballot.service_id != service.id:
        raise Conflict(_l("This form was already sent, in another service."))
    if not _says(session, ballot, draft):
        if ballot.state != "draft" or ballot.version_id != 1:
            raise Conflict(
                _l(
                    "This form was already sent, and the ballot that it made was changed since."
                    " Nothing was saved; what you typed is still in the form. Open the ballot from"
                    " the list of ballots to change it."
                )
            )
        change(session, actor, service, ballot, draft, version=1)
    return ballot


def _says(session: Session, ballot: Ballot, draft: Draft) -> bool:
    """Whether ``ballot`` holds what a checked ``draft`` says."""
    options = select(BallotOption.idea_id, BallotOption.cost).where(
        BallotOption.ballot_id == ballot.id
    )
    kept = [tuple(row) for row in session.execute(options.order_by(BallotOption.number))]
    return kept == [(idea, draft.costs.get(idea)) for idea in draft.ideas] and all(
        getattr(ballot, name) == value for name, value in _columns(draft).items()
    )


def delete_draft(session: Session, actor: Actor, service: Service, ballot: Ballot) -> None:
    """Delete a ballot that nobody but managers ever saw."""
    require(actor, "voting.manage", service)
    ballot = locked(session, ballot)
    require_draft(ballot)
    # It may have been announced once, and somebody may have asked to be reminded then.
    for table in (BallotOption, Reminder):
        session.execute(delete(table).where(table.ballot_id == ballot.id))
    session.delete(ballot)


def locked(session: Session, ballot: Ballot) -> Ballot:
    """``ballot`` as it stands, kept from changing until the transaction ends."""
    return session.get_one(Ballot, ballot.id, with_for_update=True, populate_existing=True)


def require_draft(ballot: Ballot) -> None:
    """Return where ``ballot`` can be changed freely; `Refused` otherwise."""
    if ballot.state != "draft":
        raise Refused(
            _l("This ballot is announced: withdraw the announcement before you change it.")
            if ballot.state == "announced"
            else _l("This ballot has begun: its terms are frozen and can no longer be changed.")
        )


def checked(session: Session, service: Service, draft: Draft) -> Draft:
    """``draft`` cleaned; `Invalid` names each field that is wrong."""
    errors: dict[str, str] = {}
    missing = _("Give the ballot a title.")
    title = checked_text(
        draft.title, "title", errors, most=TITLE_LENGTH, missing=missing, line=True
    )
    text = checked_text(draft.text, "text", errors, most=TEXT_LENGTH)
    if draft.closes_at <= draft.opens_at:
        errors["closes_at"] = _("A ballot closes after it has opened.")
    elif draft.closes_at - draft.opens_at > LONGEST:
        errors["closes_at"] = _("A ballot lasts for one year at most.")
    ideas = tuple(dict.fromkeys(draft.ideas))
    _check_ideas(session, service, ideas, errors)
    _check_settings(draft.settings, len(ideas), errors)
    if draft.settings.method == "budget":
        _check_costs(ideas, draft, errors)
    if errors:
        raise Invalid(_l("The ballot was not saved. What you typed is kept."), errors)
    costs = dict(draft.costs) if draft.settings.method == "budget" else {}
    return Draft(title, text, draft.settings, draft.opens_at, draft.closes_at, ideas, costs)


def _check_ideas(
    session: Session, service: Service, ideas: Sequence[int], errors: dict[str, str]
) -> None:
    if not ideas:
        errors["ideas"] = _("Choose what can be voted for.")
    elif len(ideas) > MOST_OPTIONS:
        errors["ideas"] = _("At most %(most)s ideas fit on a ballot.", most=MOST_OPTIONS)
    else:
        query = select(Idea.id).where(Idea.id.in_(ideas), *public_ideas(service.id))
        if len(session.scalars(query).all()) < len(ideas):
            errors["ideas"] = _("One of these ideas is no longer public. Please choose again.")


def _check_costs(ideas: Sequence[int], draft: Draft, errors: dict[str, str]) -> None:
    costs = [draft.costs.get(idea, 0) for idea in ideas]
    if any(not 0 < cost <= MOST_MONEY for cost in costs):
        errors["costs"] = _("Say for each project what it costs, in whole euros.")
    elif draft.settings.budget and min(costs, default=0) > draft.settings.budget.amount:
        errors["budget"] = _("No project fits into this budget.")


def _check_settings(settings: Settings, options: int, errors: dict[str, str]) -> None:
    electorate, quorum = settings.electorate, settings.quorum
    age = electorate.minimum_age
    if electorate.who == "inhabitants" and not electorate.communes:
        errors["electorate"] = _("Choose at least one commune.")
    elif age is not None and not 0 < age < 120:
        errors["electorate"] = _("The minimum age is a number of years.")
    if quorum.percent is not None and electorate.size is None:
        errors["quorum"] = _("A quorum in per cent needs the size of the electorate.")
    elif not 0 <= quorum.voters <= 10**9 or not 0 <= (quorum.percent or 0) <= 100:
        errors["quorum"] = _("The quorum is a number of voters, or from 0 to 100 per cent.")
    if settings.secrecy == "secret" and settings.publication == "live":
        # Whoever watches a voter and the figures would see what changed.
        errors["publication"] = _("A secret ballot cannot show its results while people vote.")
    wrong = {
        "support": _support_error,
        "approval": _approval_error,
        "majority": _majority_error,
        "budget": _budget_error,
    }[settings.method](settings, options)
    if wrong:
        errors["approval" if settings.method == "support" else settings.method] = wrong


def _support_error(settings: Settings, options: int) -> str | None:
    if settings.secrecy == "secret":
        return _(
            "Support is given and taken back by one click, which a secret ballot cannot offer."
        )
    return None


def _approval_error(settings: Settings, options: int) -> str | None:
    rules = settings.approval
    return _limits_error(rules.at_least, rules.at_most, options) if rules else _missing()


def _majority_error(settings: Settings, options: int) -> str | None:
    rules = settings.majority
    if rules is None or not rules.criteria:
        return _("Choose at least one criterion to grade ideas on.")
    if not all(0 < each.weight <= 100 for each in rules.criteria):
        return _("A weight is a whole number from 1 to 100.")
    if rules.floor is not None and not 1 <= rules.floor <= GRADES:
        return _missing()
    return None


def _budget_error(settings: Settings, options: int) -> str | None:
    rules = settings.budget
    if rules is None:
        return _missing()
    if not 0 < rules.amount <= MOST_MONEY:
        return _("Say what the budget is, in whole euros.")
    if not 0 < rules.points <= 1000:
        return _("Voters have from 1 to 1,000 points.")
    return _limits_error(rules.at_least, rules.at_most, options)


def _limits_error(at_least: int, at_most: int | None, options: int) -> str | None:
    if not 0 <= at_least <= max(options, 1):
        return _("A vote cannot name more ideas than there are.")
    if at_most is not None and not max(at_least, 1) <= at_most:
        return _("The most that a vote may name is at least 1, and not less than the least.")
    return None


def _missing() -> str:
    return _("The rules of this method are missing.")


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "slug": slug_of(draft.title),
        "text": draft.text,
        "method": draft.settings.method,
        "secrecy": draft.settings.secrecy,
        "settings": written(draft.settings),
        "opens_at": draft.opens_at,
        "closes_at": draft.closes_at,
    }


def _write_options(session: Session, service: Service, ballot_id: int, draft: Draft) -> None:
    query = select(Idea.id, Idea.title).where(Idea.id.in_(draft.ideas))
    titles = {row.id: row.title for row in session.execute(query)}
    rows = [
        {
            "ballot_id": ballot_id,
            "number": number,
            "code": str(idea),
            "title": titles[idea],
            "idea_id": idea,
            "cost": draft.costs.get(idea),
        }
        for number, idea in enumerate(draft.ideas, 1)
    ]
    session.execute(insert(BallotOption), rows)
