"""The board of a service's ideas, stage by stage, and what is done with several of them at once."""

from collections.abc import Iterable

from flask import flash, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import Length

from eak_core import clock
from eak_core.db import current_session
from eak_core.i18n import _, _l, ngettext
from eak_core.ideas.deciding.board import columns_of, destinations
from eak_core.ideas.deciding.moving import MOST, Chosen, Fate, foresee_each, move_each
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.describing.territory import communes
from eak_core.ideas.pages.filtering import active_filters, feed_values, read_filters
from eak_core.ideas.pages.managing import blueprint
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, form_page, public_reason
from eak_core.web.forms import Form
from eak_core.web.links import asked_for, with_query

# Of an id, a stage, and what parts them.
_LONGEST = 11 + 64 + 1


class MoveForm(Form):
    """Why several ideas go to the stage ``to``; ``chosen`` is which, and where each was seen."""

    chosen = HiddenField(validators=[Length(max=MOST * _LONGEST)])
    to = HiddenField(validators=[Length(max=64)])
    reason = public_reason(
        _l("Everybody reads it on the page of each of these ideas: say what decided, and what comes"
           " next.")
    )  # fmt: skip


@blueprint.get("/idees/tableau")
def board() -> Answer:
    """The ideas in columns, and the choice of those that are to be moved."""
    session, graph = current_session(), stage_graph(g.active)
    form, filters = read_filters(session, g.service, g.active, communes(session))
    del form.tri
    columns = columns_of(session, g.service.id, graph, filters)
    return form_page(
        "ideas/board.html",
        form,
        filters=filters,
        active_filters=active_filters(form),
        columns=columns,
        destinations=destinations(graph, columns),
        ticked={request.args.get("tout")},
        here=_here,
        all_of=_all_of,
        now=clock.now(),
    )


def _all_of(stage: str) -> str:
    """The page that moves all ideas in ``stage`` which the filters of this board keep."""
    return with_query(url_for("ideas_manage.move_all"), {**feed_values(), "etape": [stage]})


def _here(**other: str) -> str:
    """This board with ``other`` arguments in its address."""
    query = {**asked_for(*other), **{name: [value] for name, value in other.items()}}
    return with_query(url_for("ideas_manage.board"), query)


@blueprint.get("/idees/deplacer")
def choose() -> Answer:
    """Which of the chosen ideas can be moved and which cannot, before anything is done."""
    chosen = _read(request.args.getlist("idee")[: MOST + 1])
    form = MoveForm(to=request.args.get("vers", "")[:64], chosen=_written(chosen))
    if not chosen or form.to.data not in {each.name for each in stage_graph(g.active).stages()}:
        flash(_("Choose at least one idea, and the stage it shall go to."), "warning")
        return redirect(url_for("ideas_manage.board"))
    return _page(form, chosen)


@blueprint.post("/idees/deplacer")
def move() -> Answer:
    """Bring the chosen ideas to their stage, and say of each what became of it."""
    session, form = current_session(), MoveForm()
    chosen = _read((form.chosen.data or "").split())
    to = form.to.data or ""
    return attempt(
        form,
        lambda: move_each(
            session, g.actor, g.service, g.active, chosen, to, form.reason.data or ""
        ),
        done=lambda fates: _told(fates, to),
    ) or _page(form, chosen)


def _told(fates: list[Fate], to: str) -> Response:
    """What became of each; the board again where nothing was refused."""
    stage = stage_graph(g.active).stage(to)
    moved = [each for each in fates if each.moves]
    if any(each.refusal is not None for each in fates):
        page = render("ideas/moved.html", fates=fates, moved=moved, stage=stage)
        return make_response(page, 200 if moved else 409)
    told = ngettext(
        "%(num)s idea is now in “%(stage)s”.",
        "%(num)s ideas are now in “%(stage)s”.",
        len(fates), stage=stage.title,
    )  # fmt: skip
    flash(told, "success")
    return redirect(url_for("ideas_manage.board"))


def _page(form: MoveForm, chosen: list[Chosen]) -> tuple[str, int]:
    to = form.to.data or ""
    fates = foresee_each(current_session(), g.actor, g.service, g.active, chosen, to)
    # What cannot be moved is said, and not sent.
    form.chosen.data = _written(each.chosen for each in fates if each.moves)
    return form_page("ideas/move.html", form, fates=fates, stage=stage_graph(g.active).stage(to))


def _read(values: Iterable[str]) -> list[Chosen]:
    """The ideas that the boxes name, each once; what names none is left out."""
    found: dict[int, Chosen] = {}
    for value in values:
        number, _colon, seen = value[:_LONGEST].partition(":")
        if number.isascii() and number.isdecimal() and 0 < int(number) < 2**31:
            found.setdefault(int(number), Chosen(int(number), seen))
    return list(found.values())


def _written(chosen: Iterable[Chosen]) -> str:
    return " ".join(f"{each.idea_id}:{each.seen}" for each in chosen)
