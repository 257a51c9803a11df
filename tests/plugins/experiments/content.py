"""A protocol that is whole, and how experiments come to each of their stages."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from eak_core.db import Session
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.plugins.per_service.activation import active_plugins
from eak_experiments.drafting import fixing, preparing
from eak_experiments.drafting.saving import today
from eak_experiments.models import Experiment
from eak_experiments.protocol import document
from eak_experiments.protocol.closing import Closing, Verdict
from eak_experiments.protocol.document import Hypothesis, Protocol, Risk
from eak_experiments.protocol.exchange import (
    FORMAT,
    SCHEMA,
    ExperimentFile,
    ExportedEntry,
    ExportedMeasure,
    ExportedStep,
)
from eak_experiments.protocol.kit import Kit, KitFile
from eak_experiments.rules.dates import usual_end
from eak_experiments.running import starting

SHADE = Hypothesis(
    key="h1",
    statement="With shade, most classes *go out* on hot afternoons.",
    metric="Share of hot afternoons",
    unit="%",
    baseline=Decimal(22),
    baseline_on=date(2026, 1, 15),
    baseline_source="Three schools",
    target=Decimal(70),
    success=Decimal(50),
    stop=Decimal(15),
    method="Noted each day.",
    owner="The head of each school",
)


def protocol(start: date = date(2026, 4, 1), **values: Any) -> Protocol:
    """A protocol that lacks nothing."""
    given: dict[str, Any] = {
        "title": "Shade in <b>three</b> yards",
        "challenge": "It is *too hot*.",
        "activities": "Tubs are placed.",
        "outcomes": "The yard is used.",
        "assumptions": "Children come out.",
        "beneficiaries": "Pupils of the schools",
        "communes": ("92050",),
        "public": "Pupils from six to eleven",
        "starts_on": start,
        "ends_on": usual_end(start),
        "hypotheses": (SHADE,),
        "design": "before_after",
        "sample": 640,
        "least_sample": 300,
        "sampling": "The hottest yards.",
        "budget": 12_000,
        "risks": (Risk(key="r1", what="A tub falls.", stop_rule="One accident."),),
        "register": "No personal data",
        **values,
    }
    return Protocol(**given)


def accepted(site: Site) -> int:
    """The id of an idea that was accepted."""
    manager, idea_id = site.people.actor(site.people.manager), site.submit().id
    for stage in ("screening", "accepted"):
        with site.writing() as session:
            active = active_plugins(session, site.service.id)
            idea = session.get_one(Idea, idea_id)
            change_stage(session, manager, site.service, active, idea, stage, "Good.")
    return idea_id


def prepared(site: Site, plan: Protocol, idea_id: int | None = None) -> int:
    """The id of an experiment whose draft says what ``plan`` says, carried by the manager."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        idea = session.get_one(Idea, idea_id) if idea_id else None
        made = preparing.prepare(session, actor, site.service, plan.title, plan.challenge, idea)
        # Steps are saved through pages elsewhere; a history of dozens would take its time.
        made.draft = document.written(plan)
        preparing.repeat(made, plan)
        return made.id


def fixed(site: Site, plan: Protocol, idea_id: int | None = None) -> int:
    """The same, fixed."""
    number = prepared(site, plan, idea_id)
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        fixing.fix(session, actor, site.service, session.get_one(Experiment, number))
    return number


def started(site: Site, plan: Protocol | None = None, idea_id: int | None = None) -> int:
    """The same, started today."""
    day = today()
    plan = plan or protocol(day, ends_on=day + timedelta(days=180))
    number = fixed(site, plan, idea_id)
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        active = active_plugins(session, site.service.id)
        made = session.get_one(Experiment, number)
        starting.start(session, actor, site.service, made, active)
    return number


def experiment(session: Session, number: int) -> Experiment:
    """The experiment ``number``."""
    return session.get_one(Experiment, number)


def record(name: str = "elsewhere/1", **values: Any) -> ExperimentFile:
    """An experiment of another site, as a file tells it."""
    given: dict[str, Any] = {
        "format": FORMAT,
        "schema": SCHEMA,
        "id": name,
        "url": "https://example.org/1",
        "site": "Another *laboratory*",
        "stage": "closed",
        "protocol": protocol(date(2025, 4, 1), ends_on=date(2025, 10, 1)),
        "started_on": date(2025, 4, 1),
        "ends_on": date(2025, 10, 1),
        "measures": (ExportedMeasure(hypothesis="h1", day=date(2025, 5, 2), value="61.5", size=9),),
        "logbook": (ExportedEntry(kind="incident", day=date(2025, 5, 3), text="A *tub* fell."),),
        "steps": (ExportedStep(kind="started", day=date(2025, 4, 1)),),
        "closing": Closing(
            outcome="sustained",
            verdicts=(Verdict(hypothesis="h1", verdict="confirmed", effect="61 *per cent*"),),
            sample=400,
            cost=11_000,
            lessons="It *works*.",
            reasons="So *it* stays.",
        ),
        "closed_on": date(2025, 10, 20),
        "evidence": 2,
        "kit": Kit(
            core="Children *water*.",
            files=(
                KitFile(
                    name="A *plan*",
                    url="https://example.org/plan.pdf",
                    licence="CC-BY-4.0",
                    size=900,
                ),
            ),
        ),
        **values,
    }
    return ExperimentFile(**given)
