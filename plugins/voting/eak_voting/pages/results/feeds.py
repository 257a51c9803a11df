"""Results for programs, spreadsheets, feed readers and other sites."""

from flask import Response, g, url_for
from sqlalchemy import select
from sqlalchemy.orm import undefer
from werkzeug.utils import secure_filename

from eak_core.api import (
    NotFound,
    _,
    _l,
    charts,
    current_session,
    embeddable,
    limited,
    open_data,
    render,
)
from eak_voting.ballots.finding import ballot_of, terms_of
from eak_voting.counting.outcome import Outcome
from eak_voting.models import Ballot
from eak_voting.pages.blueprint import blueprint
from eak_voting.pages.results import sentences
from eak_voting.pages.results.result_charts import charts_of
from eak_voting.pages.results.views import explained
from eak_voting.publishing import files as result_files
from eak_voting.publishing.masking import for_files, for_pages, reasons_of_all
from eak_voting.publishing.published import BallotFile, write
from eak_voting.publishing.shown import Shown, shown
from eak_voting.publishing.stored import file_of, result_of
from eak_voting.settings import Terms, canonical

FEED_LENGTH = 30

#: Each file is made of every vote anew.
limit_files = limited("voting.file", "20/minute;200/day", reads=True)


def _found(ballot_id: int) -> tuple[Ballot, Shown, Outcome]:
    """A counted ballot with its result; `NotFound` before: what is provisional leaves the page
    that says so in no file."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    found = shown(session, g.service, ballot)
    if found.outcome is None or found.provisional_at is not None:
        raise NotFound(_l("This ballot has no result yet."))
    return ballot, found, found.outcome


@blueprint.get("/<int:ballot_id>/resultats.csv")
def results_csv(ballot_id: int) -> Response:
    """The result as CSV; ``?pour=tableur`` for spreadsheets."""
    ballot, found, outcome = _found(ballot_id)
    rows = result_files.table(for_files(found.terms, found.hidden), outcome)
    return open_data.csv_file(rows, _name(ballot, "csv"), attachment=True)


@blueprint.get("/<int:ballot_id>/resultats.json")
def results_json(ballot_id: int) -> Response:
    """The result as canonical JSON: the very bytes whose SHA-256 is published."""
    ballot, _shown, outcome = _found(ballot_id)
    name, schema = _name(ballot, "resultats.json"), url_for("voting.result_schema", _external=True)
    return open_data.json_file([canonical(outcome)], name, schema=schema)


@blueprint.get("/resultats.schema.json")
def result_schema() -> Response:
    """What stands in a result, as JSON Schema."""
    return open_data.schema_file(Outcome, "EAK: result of a ballot")


@blueprint.get("/<int:ballot_id>/scrutin.json")
@limit_files
def ballot_file(ballot_id: int) -> Response:
    """The file of a counted ballot, for a recount."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    body = write(file_of(session, g.service, ballot))
    schema = url_for("voting.ballot_schema", _external=True)
    return open_data.json_file([body], _name(ballot, "json"), schema=schema, attachment=True)


@blueprint.get("/scrutin.schema.json")
def ballot_schema() -> Response:
    """What stands in the file of a ballot, as JSON Schema."""
    return open_data.schema_file(BallotFile, "EAK: file of a ballot")


@blueprint.get("/<int:ballot_id>/scrutin.pb")
@limit_files
def pabulib(ballot_id: int) -> Response:
    """The votes of a counted budget, as Pabulib has them."""
    session = current_session()
    ballot = ballot_of(session, g.service, ballot_id)
    if ballot.method != "budget":
        raise NotFound(_l("Only votes about a budget are published in this format."))
    lines = result_files.pabulib(file_of(session, g.service, ballot))
    return open_data.download(
        lines, "text/plain; charset=utf-8", _name(ballot, "pb"), attachment=True
    )


@blueprint.get("/<int:ballot_id>/resultats/<name>.<ending>")
def drawing(ballot_id: int, name: str, ending: str) -> Response:
    """A chart as a drawing of its own, or its figures."""
    ballot, found, outcome = _found(ballot_id)
    terms = for_files(found.terms, found.hidden) if ending == "csv" else found.terms
    chart = next((each for each in charts_of(terms, outcome).every if each.key == name), None)
    if chart is None:
        raise NotFound(_l("There is no drawing of this name."))
    source = url_for("voting.results", ballot_id=ballot.id, _external=True).partition("://")[2]
    return charts.chart_file(
        chart,
        ending,
        title=terms.title,
        lead=sentences.headline(terms, outcome),
        notes=(sentences.turnout(terms, outcome), source),
    )


@blueprint.get("/<int:ballot_id>/resultats/integrer")
@embeddable
def embed(ballot_id: int) -> str:
    """The result within a page of another site."""
    ballot, found, outcome = _found(ballot_id)
    return render("voting/results_embed.html", ballot=ballot, **explained(found, outcome))


@blueprint.get("/resultats.atom")
def results_atom() -> Response:
    """The latest results of the service, as a feed (RFC 4287)."""
    session = current_session()
    ballots = session.scalars(
        select(Ballot)
        .where(Ballot.service_id == g.service.id, Ballot.state == "counted")
        .order_by(Ballot.counted_at.desc(), Ballot.id.desc())
        .limit(FEED_LENGTH)
        .options(undefer(Ballot.terms), undefer(Ballot.result))
    ).all()
    frozen = [terms_of(session, g.service, ballot) for ballot in ballots]
    hidden = reasons_of_all(session, g.service, frozen)
    home = url_for("voting.index", _external=True)
    return open_data.atom(
        open_data.Feed(
            id=f"{home}#resultats",
            title=_("Results of votes – %(service)s", service=g.service.name),
            home=home,
            entries=[
                _entry(ballot, for_pages(whole, reasons))
                for ballot, whole, reasons in zip(ballots, frozen, hidden, strict=True)
            ],
        )
    )


def _entry(ballot: Ballot, terms: Terms) -> open_data.Entry:
    outcome, counted_at = result_of(ballot), ballot.counted_at
    assert counted_at is not None
    about = [sentences.turnout(terms, outcome), sentences.quorum(outcome)]
    said = [sentences.headline(terms, outcome), *sentences.more(terms, outcome), *about]
    place, program = (
        url_for(f"voting.{endpoint}", ballot_id=ballot.id, _external=True)
        for endpoint in ("results", "results_json")
    )
    return open_data.Entry(
        id=place,
        url=place,
        title=_("Results: %(title)s", title=ballot.title),
        published=counted_at,
        updated=counted_at,
        summary=" ".join(filter(None, said)),
        links=((program, "application/json"),),
    )


def _name(ballot: Ballot, ending: str) -> str:
    return secure_filename(f"{g.service.slug}-{ballot.id}-{ballot.slug}.{ending}")
