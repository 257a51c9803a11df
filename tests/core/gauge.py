"""A plugin with one of everything that the screens of administration show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import InputRequired

from eak_core.api import (
    Context,
    Form,
    IdeaSubmitted,
    Plugin,
    PluginBlueprint,
    Stage,
    count,
    hookimpl,
    on_schedule,
    subscriber,
)


class GaugeSettings(Form):
    """What a service sets."""

    goal = IntegerField("Goal", default=10, validators=[InputRequired("Give a goal.")])
    loud = BooleanField("Loud")
    unit = SelectField("Unit", choices=[("m", "Metres"), ("ft", "Feet")], default="m")


plugin = Plugin(
    "gauge",
    "Gauge",
    ">=0.1,<1",
    version="1.2",
    summary="Measures ideas.",
    stages=(Stage("gauging", "Being gauged"),),
    settings=GaugeSettings,
)
views = PluginBlueprint(plugin, __name__)


@dataclass
class Mood:
    """How the plugin behaves; tests change it and change it back."""

    handles: bool = True
    shows: bool = True


mood = Mood()


@views.get("/")
def index() -> str:
    return "gauge page"


@subscriber(plugin, IdeaSubmitted)
def measure(event: IdeaSubmitted, ctx: Context) -> None:
    if not mood.handles:
        raise ValueError("the needle is stuck")
    count(ctx, "ideas", subject="service")


@on_schedule(plugin, "weigh")
def weigh(session: Any, service: Any, name: str, due_at: datetime) -> None:
    if not mood.handles:
        raise ValueError("the gauge is out of order")


@hookimpl
def slot_service_home(service: Any) -> Markup:
    if not mood.shows:
        raise RuntimeError("the glass is broken")
    return Markup("<p>gauge slot</p>")


@hookimpl
def effect_preview(enabling: bool) -> Iterable[str]:
    return ["The gauge says so itself."] if enabling else []
