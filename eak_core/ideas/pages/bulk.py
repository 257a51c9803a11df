"""The pages on which all ideas that filters keep are brought to one stage, and how far that is."""

from flask import Response, flash, g, redirect, request, url_for
from wtforms import SelectChoice, SelectField

from eak_core.db import current_session
from eak_core.i18n import _, _l, ngettext
from eak_core.ideas.deciding import bulk
from eak_core.ideas.deciding.models import BulkMove
from eak_core.ideas.deciding.screening import OPEN
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.describing.territory import communes
from eak_core.ideas.pages.filtering import active_filters, feed_values, read_filters
from eak_core.ideas.pages.managing import blueprint
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, form_page, public_reason
from eak_core.web.fields import Needed
from eak_core.web.forms import Form
from eak_core.web.links import with_query
from eak_core.web.progress import Progress, progress_answer


class BulkForm(Form):
    """Where all of them go, and why."""

    # Where ideas may go is the domain's to say.
    to = SelectField(_l("Bring all of them to"), validators=[Needed()], validate_choice=False)
    reason = public_reason(
        _l("Everybody reads it on the page of each of these ideas: say what decided, and what comes"
           " next.")
    )  # fmt: skip


@blueprint.route("/idees/deplacer-tout", methods=["GET", "POST"])
def move_all() -> Answer:
    """Bring all ideas of a stage, as far as the filters of the address keep them, to another."""
    session, graph = current_session(), stage_graph(g.active)
    asked, filters = read_filters(session, g.service, g.active, communes(session))
    board = with_query(url_for("ideas_manage.board"), feed_values())
    ways = graph.next(filters.stage) if filters.stage else []
    if not ways:
        flash(_("Choose first the stage whose ideas shall be moved."), "warning")
        return redirect(board)
    asked.etape.data = ""  # said by the heading
    number = bulk.number_of(session, g.service, filters)
    near = bulk.near_among(session, g.actor, g.service, filters)
    if near >= number:
        # What decides nothing is for them as well.
        ways = [each for each in ways if each.name in OPEN]
    form = BulkForm()
    form.to.choices = [SelectChoice(each.name, each.title) for each in ways]
    return attempt(
        form,
        lambda: bulk.begin(
            session, g.actor, g.service, g.active, filters,
            form.to.data or "", form.reason.data or "",
        ),
        done=lambda move: (None, url_for("ideas_manage.bulk_move", move_id=move.id)),
    ) or form_page(
        "ideas/move_all.html",
        form,
        number=number,
        near=near,
        most=bulk.MOST,
        stage=graph.stage(filters.stage or ""),
        active_filters=active_filters(asked),
        board=board,
        here=with_query(request.path, feed_values()),
    )  # fmt: skip


@blueprint.get("/idees/deplacements/<int:move_id>")
def bulk_move(move_id: int) -> Answer:
    """How far such a move is, and what became of it."""
    move, session = _move(move_id), current_session()
    return render(
        "ideas/bulk_move.html",
        move=move,
        progress=_progress(move),
        stage=stage_graph(g.active).stage(move.to_stage),
        fates=bulk.stayed(session, g.actor, g.service, g.active, move) if move.outcome else [],
    )


@blueprint.get("/idees/deplacements/<int:move_id>.json")
def bulk_move_state(move_id: int) -> Response:
    """The same, for the script of the page."""
    return progress_answer(_progress(_move(move_id)))


def _move(move_id: int) -> BulkMove:
    return bulk.bulk_move_of(current_session(), g.service, move_id)


def _progress(move: BulkMove) -> Progress:
    if move.outcome is None:
        text = ngettext(
            "%(done)s of %(num)s idea had its turn.",
            "%(done)s of %(num)s ideas had their turn.",
            move.total, done=move.done,
        )  # fmt: skip
        return Progress(False, move.done, move.total, text)
    text = ngettext("%(num)s idea was moved.", "%(num)s ideas were moved.", move.moved)
    trouble = ""
    if move.outcome == "stopped":
        trouble = _("It was stopped: whoever asked for it no longer runs this service.")
    return Progress(True, move.done, move.done, text, trouble)
