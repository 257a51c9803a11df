"""The map of the house: which plugin says which events, and which listens to them; how far each has
read, what it has set aside and what went wrong last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Response, current_app, url_for

from eak_core.admin.desk import blueprint
from eak_core.db import current_session
from eak_core.events import CORE, subscriptions
from eak_core.events.core import get_event_core
from eak_core.events.registry import EventRegistry
from eak_core.events.subscribers import Subscriber
from eak_core.i18n import _, ngettext
from eak_core.plugins.per_service.activation import titles
from eak_core.web import charts, render
from eak_core.web.acts import Answer


@dataclass(frozen=True, slots=True)
class Arrow:
    """What one says and another listens to: the names of ``events``; over all services, how many
    events are still to be read (``lag``) and set aside (``parked``), and the last ``error``."""

    says: str
    hears: str
    events: tuple[str, ...]
    lag: int = 0
    parked: int = 0
    error: str | None = None


def arrows(
    registry: EventRegistry,
    subscribers: Mapping[str, Iterable[Subscriber]],
    health: Iterable[subscriptions.Health] = (),
) -> list[Arrow]:
    """An arrow for each two of whom one listens to what the other says; what somebody hears of
    themselves is one as well. Those who listen come in the order of ``subscribers``."""
    state: dict[str, tuple[int, int, str | None]] = {}
    for each in health:
        if each.enabled:
            lag, parked, error = state.get(each.plugin, (0, 0, None))
            state[each.plugin] = lag + each.lag, parked + each.parked, each.error or error
    found = []
    for hears, handlers in subscribers.items():
        heard: dict[str, list[str]] = {}
        takers = tuple(handlers)
        for name in sorted(registry.types):
            if any(each.takes(name) for each in takers):
                heard.setdefault(registry.types[name].owner, []).append(name)
        found += [
            Arrow(says, hears, tuple(names), *state.get(hears, (0, 0, None)))
            for says, names in heard.items()
        ]
    return found


def house_map(found: list[Arrow], names: Iterable[str]) -> charts.Flow:
    """The same as a drawing: those in ``names`` below each other, and what each tells to whom."""
    said = {each: sum(len(a.events) for a in found if a.hears == each) for each in names}
    return charts.Flow(
        key="maison",
        title=_("The map of the house"),
        caption=_("Who tells what happens to whom"),
        things=_("Part of the site"),
        values=_("Kinds of events it listens to"),
        arrows_name=_("Is heard by"),
        nodes=tuple(
            charts.Node(
                each,
                part_title(each),
                ngettext(
                    "listens to %(num)s kind of event", "listens to %(num)s kinds of events", heard
                ),
            )
            for each, heard in said.items()
        ),
        arrows=tuple((a.says, a.hears) for a in found if a.says != a.hears and a.says in said),
    )


def part_title(name: str) -> str:
    """What the core or a plugin is called."""
    return _("The core") if name == CORE.name else titles([name])


@blueprint.get("/evenements/carte")
def house() -> Answer:
    """Who says what, and who listens."""
    found, drawn = _map()
    return render("admin/house.html", arrows=found, flow=drawn, part_title=part_title)


@blueprint.get("/evenements/carte.svg")
def house_file() -> Response:
    """The map as a drawing."""
    source = url_for("admin.house", _external=True).partition("://")[2]
    drawn = _map()[1]
    lead = _("An arrow leads from who says what happens to who listens.")
    text = charts.document(drawn, _("The map of the house"), lead, (drawn.title, source))
    return Response(text, content_type="image/svg+xml; charset=utf-8")


def _map() -> tuple[list[Arrow], charts.Flow]:
    core = get_event_core(current_app)
    found = arrows(core.registry, core.subscribers, subscriptions.health(current_session()))
    return found, house_map(found, core.subscribers)
