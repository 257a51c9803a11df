"""The pages of results: for people, and the result as it stands for other sites and programs."""

from datetime import timedelta
from typing import Any

from flask import g, url_for
from markupsafe import Markup

from eak_core.api import (
    Answer,
    NotFound,
    _,
    _l,
    clock,
    current_session,
    figures,
    in_paris,
    render,
    valid_until,
)
from eak_voting.ballots.finding import ballot_of, phase
from eak_voting.casting.bursts import bursts_of
from eak_voting.casting.exclusions import exclusions_of
from eak_voting.counting.outcome import Outcome
from eak_voting.models import Ballot
from eak_voting.pages import wording
from eak_voting.pages.blueprint import ballot_url, blueprint
from eak_voting.pages.explained import stands
from eak_voting.pages.results import sentences
from eak_voting.pages.results.open_choices import said_by
from eak_voting.pages.results.result_charts import ResultCharts, charts_of
from eak_voting.pages.results.rule_sentences import rule
from eak_voting.publishing.masking import hidden_title
from eak_voting.publishing.shown import Shown, shown
from eak_voting.settings import Terms

#: For how long a page may be kept whose figures still change.
PROVISIONAL = timedelta(minutes=1)


@blueprint.get("/<int:ballot_id>/resultats")
def results(ballot_id: int) -> Answer:
    """The result of a ballot, or why there is none yet."""
    ballot = ballot_of(current_session(), g.service, ballot_id)
    found = shown(current_session(), g.service, ballot)
    if phase(ballot) == "open" and found.terms.settings.publication != "after_close":
        # What is counted while votes are cast changes with the worker, after the event of a vote.
        valid_until(clock.now() + PROVISIONAL)
    page = {
        "ballot": ballot,
        "stands": stands(ballot),
        "shown": found,
        "words": wording,
        "ballot_url": ballot_url,
    }
    if found.outcome is None:
        return render("voting/results_none.html", **page, figures=figures)
    said = explained(found, found.outcome)
    return render(
        "voting/results.html",
        **page,
        **said,
        rule=list(rule(found.terms)),
        exclusions=exclusions_of(current_session(), ballot),
        bursts=bursts_of(current_session(), ballot) if ballot.state == "counted" else (),
        closing_time=in_paris(ballot.closes_at).strftime("%H:%M"),
        files=_files(ballot, found.terms, said["charts"]),
        embed=_embed(ballot, found.terms),
    )


def explained(found: Shown, outcome: Outcome) -> dict[str, Any]:
    """A result in words and bars."""
    terms = found.terms
    return {
        "terms": terms,
        "hidden": found.hidden,
        "hidden_title": hidden_title,
        "outcome": outcome,
        "sentences": sentences,
        "figures": figures,
        "headline": sentences.headline(terms, outcome),
        "more": list(sentences.more(terms, outcome)),
        "turnout": sentences.turnout(terms, outcome),
        "quorum": sentences.quorum(outcome),
        "charts": charts_of(terms, outcome),
    }


def _files(ballot: Ballot, terms: Terms, drawn: ResultCharts) -> list[tuple[str, str, str]]:
    """What can be downloaded: address, label and media type."""

    def url(endpoint: str, **values: Any) -> str:
        return url_for(f"voting.{endpoint}", ballot_id=ballot.id, **values)

    program = "application/json"
    files = [
        (url("results_csv"), _("The result as a table"), "text/csv"),
        (url("results_csv", pour="tableur"), _("The same for French spreadsheets"), "text/csv"),
        (url("results_json"), _("The result for programs"), program),
        (url("ballot_file"), _("The file of the ballot, to count anew"), program),
    ]
    if terms.settings.budget is not None:
        files.append((url("pabulib"), _("The votes in the format of Pabulib"), "text/plain"))
    for chart in drawn.every:
        label = _("Drawing: %(title)s", title=chart.title)
        files.append((url("drawing", name=chart.key, ending="svg"), label, "image/svg+xml"))
    return files


def _embed(ballot: Ballot, terms: Terms) -> str:
    """What to copy into a page of another site; nothing where the service is not public."""
    if g.service.audience != "public":
        return ""
    frame = Markup('<iframe src="{}" title="{}" width="100%" height="720" loading="lazy"></iframe>')
    address = url_for("voting.embed", ballot_id=ballot.id, _external=True)
    return str(frame.format(address, _("Results: %(title)s", title=terms.title)))


@blueprint.get("/<int:ballot_id>/votes")
def names(ballot_id: int) -> Answer:
    """Who chose what in an open ballot, once it is counted."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    found = shown(session, g.service, ballot)
    if ballot.secrecy != "public" or ballot.state != "counted":
        raise NotFound(_l("Names are published in open ballots alone, after the count."))
    page, votes = said_by(session, found.terms, ballot)
    return render(
        "voting/results_names.html",
        ballot=ballot,
        ballot_url=ballot_url,
        terms=found.terms,
        hidden=found.hidden,
        hidden_title=hidden_title,
        page=page,
        votes=votes,
    )
