"""All ideas of a service at a glance: where they are, and how far they have come."""

from flask import Response, g, url_for

from eak_core.db import current_session
from eak_core.i18n import _, ngettext
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.describing.territory import communes
from eak_core.ideas.pages.spread import commune_map
from eak_core.ideas.pages.views import blueprint
from eak_core.ideas.reading import listing
from eak_core.ideas.stages import UNCHOSEN, Graph
from eak_core.web import charts, figures, render
from eak_core.web.acts import Answer


@blueprint.get("/idees/carte")
def places() -> Answer:
    """The ideas of the service by commune, on a map."""
    return render("ideas/places.html", map=_places(), said=_places_said())


@blueprint.get("/idees/carte.<ending>")
def places_file(ending: str) -> Response:
    """The map as a drawing, or its figures."""
    return _file(_places(), ending, _places_said(), "ideas.places")


@blueprint.get("/idees/parcours")
def path() -> Answer:
    """The stages that an idea goes through here, and how many ideas stand in each."""
    return render("ideas/path.html", flow=_path())


@blueprint.get("/idees/parcours.<ending>")
def path_file(ending: str) -> Response:
    """The path as a drawing, or its figures."""
    return _file(_path(), ending, _("The path of an idea, from stage to stage."), "ideas.path")


def stage_flow(graph: Graph, counts: dict[str, int]) -> charts.Flow:
    """Where an idea can go from each stage of ``graph``, and the ``counts`` of ideas by stage.

    Being withdrawn by its author or merged, which can happen anywhere before the end, is no arrow.
    """
    stages = [stage for stage in graph.stages() if stage.name not in UNCHOSEN]
    known = {stage.name for stage in stages}
    return charts.Flow(
        key="parcours",
        title=_("The path of an idea"),
        caption=_("Stages, and where ideas can go from each"),
        things=_("Stage"),
        values=_("Ideas"),
        arrows_name=_("Can go on to"),
        nodes=tuple(
            charts.Node(
                stage.name,
                str(stage.title),
                ngettext("%(count)s idea", "%(count)s ideas", counts.get(stage.name, 0),
                         count=figures.number(counts.get(stage.name, 0))),
            )
            for stage in stages
        ),
        arrows=tuple(
            (stage.name, following.name)
            for stage in stages
            for following in graph.next(stage.name)
            if following.name in known
        ),
    )  # fmt: skip


def _places() -> charts.PlaceMap:
    session = current_session()
    return commune_map(communes(session), listing.count_by_commune(session, g.service.id))


def _places_said() -> str:
    placed = listing.count_placed(current_session(), g.service.id)
    return ngettext(
        "%(count)s idea names communes.",
        "%(count)s ideas name communes.",
        placed,
        count=figures.number(placed),
    )


def _path() -> charts.Flow:
    counts = listing.count_by_stage(current_session(), g.service.id)
    return stage_flow(stage_graph(g.active), counts)


def _file(chart: charts.Chart, ending: str, lead: str, endpoint: str) -> Response:
    source = url_for(endpoint, _external=True).partition("://")[2]
    return charts.chart_file(
        chart, ending, title=g.service.name, lead=lead, notes=(chart.title, source)
    )
