"""A plugin that answers every hook, for the tests of the host."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import click
import msgspec
from markupsafe import Markup
from sqlalchemy import delete
from wtforms import BooleanField, DateField, DecimalField, Form, IntegerField, StringField

from eak_core.events import Context, subscriber
from eak_core.plugins.hooks.contributions import (
    AccountLinks,
    Denial,
    DeskItem,
    FileHolder,
    Held,
    HistoryEntry,
    Kept,
    MailChoice,
    NavItem,
    NewsletterItem,
    NoticeSentence,
    Reportable,
    Today,
)
from eak_core.plugins.hooks.datasets import DataSet, column
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.plugins.hooks.importers import ImportedComment, Importer, ImportReport
from eak_core.plugins.loading.manifest import Plugin, Stage
from eak_core.plugins.per_service.counters import count
from eak_core.plugins.per_service.events import PluginConfigured, PluginDisabled, PluginEnabled
from tests.core.plugins.everything.models import Seen


class Settings(Form):  # type: ignore[misc]  # WTForms ships no types
    size = IntegerField(default=3)
    share = DecimalField(default=Decimal("0.5"))
    opens = DateField(default=lambda: date(2026, 1, 1))
    loud = BooleanField(default=True)
    motto = StringField(default="Essayons")


class IdeaColumns(msgspec.Struct):
    weight: Annotated[int, column("What it weighs.", "kilograms")]


class WeightRecord(msgspec.Struct):
    """What something weighs."""

    thing: Annotated[str, column("What was weighed.")]
    weight: Annotated[int | None, column("What it weighs.", "kilograms")]


class WeightsFile(msgspec.Struct):
    """All weights."""

    weights: list[WeightRecord]


plugin = Plugin(
    "everything",
    "Everything",
    ">=0.1,<1",
    segment="tout",
    summary="Answers every hook.",
    permissions={"everything.see": "visitor"},
    stages=[Stage("trial", "Trial", outcomes=(Stage("proven", "Proven"),))],
    settings=Settings,
    idea_columns=IdeaColumns,
)


@subscriber(plugin, PluginEnabled, PluginDisabled, PluginConfigured)
def see(event: Any, ctx: Context) -> None:
    ctx.session.add(
        Seen(
            service_id=ctx.service_id,
            position=ctx.position,
            type=type(event).__event__.name,
            replaying=ctx.replaying,
        )
    )
    count(ctx, "seen")


@hookimpl
def nav_items(service: Any) -> list[NavItem]:
    return [NavItem("Everything", "everything.index")]


@hookimpl
def footer_links(service: Any) -> list[NavItem]:
    return [NavItem("Everything, seldom", "everything.index")]


@hookimpl
def portal_links(services: Sequence[Any]) -> AccountLinks:
    links = (NavItem("goes on", "everything.index", {"service_slug": s.slug}) for s in services)
    return AccountLinks("Everything now", links)


@hookimpl
def idea_history(idea: Any) -> Iterator[HistoryEntry]:
    yield HistoryEntry(datetime(2026, 3, 1, tzinfo=UTC), f"weighed {idea.id}")


@hookimpl
def desk_items(service: Any) -> Iterator[DeskItem]:
    yield DeskItem(0, "nothing to weigh", "everything.index")
    yield DeskItem(2, "2 to weigh", "everything.index")


@hookimpl
def held_relations() -> Iterator[Held]:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    yield Held(1, "Weigher", NavItem("the scales", "everything.index"), at)


@hookimpl
def followed_things(subjects: Sequence[str]) -> Mapping[str, NavItem]:
    return {each: NavItem(f"thing {each}", "everything.index") for each in subjects}


@hookimpl
def reportable_things(subjects: Sequence[str]) -> Mapping[str, Reportable]:
    return {each: Reportable("a weight", "everything.index", text="7 kg") for each in subjects}


@hookimpl
def notice_sentences(events: Sequence[Any]) -> Mapping[int, NoticeSentence]:
    return {each.position: NoticeSentence("weighed", "everything.index") for each in events}


@hookimpl
def newsletter_items(since: datetime) -> Iterator[NewsletterItem]:
    yield NewsletterItem("weighed:5", since, "“5” was weighed", "everything.index", weight=90)


@hookimpl
def digest_letters(addresses: Collection[str]) -> Iterator[str]:
    yield from addresses


@hookimpl
def account_links(person_id: int) -> AccountLinks:
    links = (
        NavItem(f"of {person_id}", "everything.index", {"service_slug": s}) for s in ("a", "b")
    )
    return AccountLinks("Everything of mine", links)


@hookimpl
def mail_choices(person_id: int) -> Iterator[MailChoice]:
    yield MailChoice("a", f"to {person_id}", {"each": "Each", "never": "Never"}, "each", str)


@hookimpl
def slot_idea_body(idea: Any) -> Markup:
    return Markup("<p class='everything'>body of {}</p>").format(idea.id)


@hookimpl
def slot_idea_aside(idea: Any) -> str:
    return f"<everything> beside {idea.id}"


@hookimpl
def slot_idea_cards(ideas: Sequence[Any]) -> Mapping[int, str]:
    return {idea.id: f"everything on {idea.id}" for idea in ideas}


@hookimpl
def slot_service_now(service: Any) -> Iterable[Today]:
    return [Today(f"everything now at {service.name}")]


@hookimpl
def slot_service_home(service: Any) -> str:
    return f"everything at {service.name}"


@hookimpl
def desk_pages() -> Iterator[NavItem]:
    yield NavItem("Scales", "everything.index", note="where it is weighed")


@hookimpl
def style_sheets() -> Iterator[str]:
    yield "everything.css"


@hookimpl
def idea_columns(ideas: Sequence[Any]) -> dict[int, dict[str, int]]:
    return {idea.id: {"weight": idea.id * 10} for idea in ideas}


@hookimpl
def open_data(service: Any) -> Iterator[DataSet]:
    yield DataSet(
        "poids", "Weights", "What everything weighs.", WeightsFile, dict,
        lambda: iter([[{"thing": service.name, "weight": 7}]]),
    )  # fmt: skip


@hookimpl
def merge_ideas(idea: Any, into: Any) -> None:
    into.parts = [idea.id]


@hookimpl
def transfer_idea(idea: Any) -> Iterator[str]:
    yield f"everything.part:{idea.id}"


@hookimpl
def can_change_stage(idea: Any, to: str) -> Denial | None:
    return Denial("not from here") if to == "forbidden" else None


@hookimpl
def effect_preview(enabling: bool) -> Iterator[str]:
    yield "everything appears" if enabling else "everything goes"


@hookimpl
def must_stay(service_id: int) -> str | None:
    return "everything is under way" if service_id == 1 else None


@hookimpl
def reset_projections(session: Any, service_id: int) -> None:
    session.execute(delete(Seen).where(Seen.service_id == service_id))


@hookimpl
def file_holder(subject: str) -> FileHolder:
    return FileHolder("everything.index", {"of": subject}, public=True)


@hookimpl
def kept_data() -> Iterator[Kept]:
    yield Kept("Weights", "what you weigh", "to know it", "nobody", "it is forgotten")


@hookimpl
def legal_holds(person_id: int) -> Iterator[str]:
    yield f"{person_id} is on the scales."


@hookimpl
def export_person(person_id: int) -> dict[str, int]:
    return {"weight": person_id}


@hookimpl
def erase_person(session: Any, person_id: int) -> None:
    session.execute(delete(Seen).where(Seen.position == person_id))


@hookimpl
def importer() -> Importer:
    return Importer("Weigh FILE.", idea=lambda _values: None, idea_columns=["id"])  # type: ignore[arg-type]


@hookimpl
def import_comments(comments: Sequence[ImportedComment]) -> ImportReport:
    return ImportReport(created=len(comments))


@hookimpl
def load_demo(demo: Any) -> None:
    demo.append("everything")


@hookimpl
def register_commands() -> list[click.Command]:
    return [click.Command("weigh")]
