"""From the address of a list to what it lets through."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import request, url_for
from wtforms.fields.choices import SelectChoice

from eak_core.db import Session
from eak_core.i18n import _
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.describing.territory import KnownCommune
from eak_core.ideas.pages.forms import FilterForm
from eak_core.ideas.reading.listing import Filters, Sort, count_by_stage
from eak_core.services.models import Service
from eak_core.web.links import PLACE, asked_for, with_query


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in force: what it keeps, and the address of the list without it."""

    label: str
    url: str


def read_filters(
    session: Session, service: Service, active: frozenset[str], places: Sequence[KnownCommune]
) -> tuple[FilterForm, Filters]:
    """The form of filters as the reader sent it, with ``places`` to choose from, and what it says.

    Where something in it does not exist, the form has errors and the whole list is shown.
    """
    form = FilterForm()
    if form.q.data and "tri" not in request.args:
        form.tri.data = "relevance"
    graph = stage_graph(active)
    counts = count_by_stage(session, service.id)
    # Ideas may stand in a stage whose plugin is off; they are counted like the others.
    stages = graph.stages()
    names = {stage.name for stage in stages}
    stages += [graph.stage(name) for name in sorted(counts.keys() - names)]
    form.etape.choices = [
        SelectChoice("", _("All stages")),
        *(
            SelectChoice(stage.name, f"{stage.title} ({counts.get(stage.name, 0)})")
            for stage in stages
            if stage.name in counts or (stage.name == form.etape.data and stage.name in names)
        ),
    ]
    form.sujet.choices = [
        SelectChoice("", _("All subjects")),
        *(SelectChoice(subject.code, subject.name) for subject in _offered(session, service, form)),
    ]
    form.commune.choices = [
        SelectChoice("", _("Everywhere")),
        *(SelectChoice(commune.code, commune.name) for commune in places),
    ]
    if not form.validate():
        return form, Filters()
    return form, Filters(
        stage=form.etape.data or None,
        subject=form.sujet.data or None,
        commune=form.commune.data or None,
        text=form.q.data or "",
        sort=cast("Sort", form.tri.data),
    )


def _offered(session: Session, service: Service, form: FilterForm) -> list[Any]:
    """Subjects in use, and an archived one where an old link still names it."""
    every = subjects_of(session, service.id, archived=True)
    return [each for each in every if each.archived_at is None or each.code == form.sujet.data]


def active_filters(form: FilterForm) -> list[ActiveFilter]:
    """The filters in force, each with the way to take it off: this list without it."""
    found = []
    for field in (form.q, form.etape, form.sujet, form.commune):
        if field.data and not field.errors:
            labels = {each.value: each.label for each in getattr(field, "choices", ())}
            label = labels.get(
                field.data, _("“%(words)s”", words=field.data) if field is form.q else field.data
            )
            found.append(ActiveFilter(str(label), _without(field.name)))
    return found


def _without(name: str) -> str:
    kept = {key: values for key, values in asked_for(name, *PLACE).items() if any(values)}
    return with_query(url_for(request.endpoint or "ideas.index"), kept)


def feed_values() -> dict[str, list[str]]:
    """The filters of this address, for the links to its feed and its exports."""
    kept = {"q", "etape", "sujet", "commune"}
    return {key: vals for key, vals in request.args.lists() if key in kept and any(vals)}
