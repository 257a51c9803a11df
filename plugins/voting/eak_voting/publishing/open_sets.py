"""Ballots and their results as open data: what their pages say, and nothing of single votes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from flask import g, url_for
from sqlalchemy import select
from sqlalchemy.orm import undefer

from eak_core.api import DataSet, _l, column, current_session, open_data
from eak_voting.ballots.finding import terms_of
from eak_voting.counting.outcome import Outcome
from eak_voting.models import Ballot
from eak_voting.publishing.masking import Reasons, for_files, reasons_of_all
from eak_voting.publishing.stored import result_of
from eak_voting.settings import Terms

#: So many results are read at a time: each may have hundreds of options.
PART = 20


class BallotRecord(msgspec.Struct):
    """A ballot that was announced."""

    id: Annotated[int, column(_l("The number of the ballot."))]
    url: Annotated[str, column(_l("The address of its page."))]
    title: Annotated[str, column(_l("Its title."))]
    method: Annotated[str, column(_l("support, approval, majority or budget: how it is counted."))]
    secrecy: Annotated[str, column(_l("public, pseudonymous or secret: who learns who voted how."))]
    state: Annotated[str, column(_l("announced, open, closed, counted or cancelled."))]
    opens_at: Annotated[datetime, column(_l("From when on people can vote."))]
    closes_at: Annotated[datetime, column(_l("Until when they can."))]
    counted_at: Annotated[datetime | None, column(_l("When it was counted."))]
    cancelled_at: Annotated[datetime | None, column(_l("When it was cancelled."))]
    voters: Annotated[
        int | None, column(_l("How many people voted, once it is counted."), _l("people"))
    ]
    counted: Annotated[int | None, column(_l("How many votes were counted."), _l("votes"))]
    blank: Annotated[int | None, column(_l("How many of them chose nothing."), _l("votes"))]
    excluded: Annotated[
        int | None, column(_l("How many votes were left out, with a public reason."), _l("votes"))
    ]
    required: Annotated[
        int | None, column(_l("The quorum: how many had to vote; 0 for none."), _l("people"))
    ]
    conclusive: Annotated[bool | None, column(_l("Whether the quorum was reached."))]
    result_hash: Annotated[
        str | None, column(_l("The SHA-256 of its result in the public log of the votes."))
    ]


class BallotsFile(msgspec.Struct):
    """The ballots of a service, the latest first."""

    service: str
    url: str
    ballots: list[BallotRecord]


class ResultRecord(msgspec.Struct):
    """What an option of a counted ballot got. What its method does not know is null."""

    ballot: Annotated[int, column(_l("The number of the ballot."))]
    option: Annotated[int, column(_l("The place of the option on the ballot, from 1."))]
    code: Annotated[str, column(_l("How the files of the ballot name it."))]
    title: Annotated[
        str, column(_l("What was voted for; the reason, where moderators have hidden it since."))
    ]
    idea: Annotated[int | None, column(_l("The number of the idea."))]
    rank: Annotated[
        int | None, column(_l("Its rank, from 1; the same for what is tied. None in a budget."))
    ]
    votes: Annotated[
        int | None, column(_l("The votes or the points that it got."), _l("votes or points"))
    ]
    grade: Annotated[
        int | None, column(_l("Its majority grade, from 1 (the worst) to 5; 0 without grades."))
    ]
    better: Annotated[int | None, column(_l("Grades that are better than this one."), _l("grades"))]
    worse: Annotated[int | None, column(_l("Grades that are worse than this one."), _l("grades"))]
    supporters: Annotated[
        int | None, column(_l("How many people chose it, in a budget."), _l("people"))
    ]
    cost: Annotated[
        float | None, column(_l("What it costs, in a budget."), _l("the currency of the ballot"))
    ]
    currency: Annotated[str | None, column(_l("The currency of the ballot (ISO 4217)."))]
    funded: Annotated[bool | None, column(_l("Whether the budget pays for it."))]


class ResultsFile(msgspec.Struct):
    """The results of the counted ballots of a service, the latest first, by option."""

    service: str
    url: str
    results: list[ResultRecord]


def ballots_set() -> DataSet:
    """The ballots that everybody knows of, with how many voted in those that are counted."""
    return DataSet(
        name="scrutins",
        title=_l("Votes"),
        about=_l("Every ballot: its method, its dates, and its turnout once it is counted."),
        file=BallotsFile,
        head=open_data.head_at("voting.index"),
        read=lambda: open_data.parts_of(
            select(Ballot)
            .where(Ballot.service_id == g.service.id, Ballot.state != "draft")
            .options(undefer(Ballot.result)),
            Ballot.id, lambda rows: [_ballot(each) for (each,) in rows], PART,
        ),
    )  # fmt: skip


def results_set() -> DataSet:
    """The results of counted ballots, option by option."""
    return DataSet(
        name="resultats",
        title=_l("Results of votes"),
        about=_l("What each option of each counted ballot got."),
        file=ResultsFile,
        head=open_data.head_at("voting.index"),
        read=lambda: open_data.parts_of(
            select(Ballot)
            .where(Ballot.service_id == g.service.id, Ballot.state == "counted")
            .options(undefer(Ballot.result), undefer(Ballot.terms)),
            Ballot.id, _results, PART,
        ),
    )  # fmt: skip


def _ballot(ballot: Ballot) -> open_data.Record:
    counted = result_of(ballot) if ballot.state == "counted" else None
    said = ("voters", "counted", "blank", "excluded", "required", "conclusive")
    return {
        "id": ballot.id,
        "url": url_for("voting.show", ballot_id=ballot.id, slug=ballot.slug, _external=True),
        "title": ballot.title,
        "method": ballot.method,
        "secrecy": ballot.secrecy,
        "state": ballot.state,
        "opens_at": ballot.opens_at,
        "closes_at": ballot.closes_at,
        "counted_at": ballot.counted_at,
        "cancelled_at": ballot.cancelled_at,
        **{name: getattr(counted, name, None) for name in said},
        "result_hash": ballot.result_hash if counted else None,
    }


def _results(rows: Sequence[Any]) -> list[open_data.Record]:
    session, ballots = current_session(), [ballot for (ballot,) in rows]
    frozen = [terms_of(session, g.service, ballot) for ballot in ballots]
    hidden = reasons_of_all(session, g.service, frozen)
    return [
        record
        for ballot, terms, reasons in zip(ballots, frozen, hidden, strict=True)
        for record in result_records(terms, reasons, result_of(ballot))
    ]


def result_records(terms: Terms, hidden: Reasons, outcome: Outcome) -> Iterator[open_data.Record]:
    """What each option got: of what is ``hidden`` the figures, and the reason as its title."""
    budget = terms.settings.budget
    ranked = {each.option: each for each in outcome.ranking}
    judged = {each.option: each for each in outcome.judgment.overall} if outcome.judgment else {}
    spending = outcome.spending
    projects = {each.option: each for each in spending.decisive.projects} if spending else {}
    for option in for_files(terms, hidden).options:
        number = option.number
        place, grades, project = ranked.get(number), judged.get(number), projects.get(number)
        yield {
            "ballot": terms.ballot,
            "option": number,
            "code": option.code,
            "title": option.title,
            "idea": None if number in hidden else option.idea,
            "rank": getattr(place or grades, "rank", None),
            "votes": getattr(place or project, "votes", None),
            "grade": getattr(grades, "grade", None),
            "better": getattr(grades, "above", None),
            "worse": getattr(grades, "below", None),
            "supporters": getattr(project, "supporters", None),
            "cost": option.cost / budget.units if budget and option.cost is not None else None,
            "currency": budget.currency if budget else None,
            "funded": number in spending.result.selected if spending else None,
        }
