"""Two small plugins that bring stages, and an idea to move through them."""

from functools import cache
from types import ModuleType
from typing import Annotated, Any

import msgspec
import pytest
from sqlalchemy import select

from eak_core.events.models import EventLog
from eak_core.ideas.describing.criteria import criteria_of
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role
from eak_core.plugins.hooks.contributions import Denial
from eak_core.plugins.hooks.datasets import column
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.plugins.loading.manifest import Plugin, Stage
from eak_core.services.models import Service


def _module(plugin: Plugin, **hooks: Any) -> ModuleType:
    module = ModuleType(plugin.name)
    module.plugin = plugin  # type: ignore[attr-defined]  # what a plugin's module holds
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return module


@cache
def poll() -> ModuleType:
    """``polling`` behind ``accepted``; nobody leaves it while its guard says that it is open."""

    def can_change_stage(idea: Any, to: str) -> Denial | None:
        if idea.stage == "polling" and "open" in idea.title:
            return Denial("The poll is still open.")
        return None

    def idea_columns(ideas: Any) -> dict[int, dict[str, int]]:
        return {idea.id: {"turnout": 7} for idea in ideas}

    def slot_idea_cards(ideas: Any) -> dict[int, str]:
        return {idea.id: "seven <b>votes</b>" for idea in ideas}

    class IdeaColumns(msgspec.Struct):
        turnout: Annotated[int, column("How many voted.", "people")]

    plugin = Plugin(
        name="poll",
        title="Poll",
        core=">=0.1,<1",
        stages=(Stage("polling", "Poll"),),
        idea_columns=IdeaColumns,
    )
    return _module(
        plugin,
        can_change_stage=can_change_stage,
        idea_columns=idea_columns,
        slot_idea_cards=slot_idea_cards,
    )


@cache
def pilot() -> ModuleType:
    """``piloting`` then ``weighing``, with the ends they lead to."""
    stages = (
        Stage("piloting", "In pilot", after="polling", outcomes=(Stage("given_up", "Given up"),)),
        Stage("weighing", "Weighing", after="piloting", outcomes=(Stage("kept", "Kept"),)),
    )
    return _module(Plugin(name="pilot", title="Pilot", core=">=0.1,<1", stages=stages))


@pytest.fixture
def plugins() -> list[ModuleType]:
    return [pilot(), poll()]


@pytest.fixture
def proposal(site: Site) -> Proposal:
    """An idea with everything that can be said of one."""
    with site.reading() as session:
        subjects = subjects_of(session, site.service.id)
        criteria = criteria_of(session, site.service.id)
    return Proposal(
        title="Une outilthèque à l’École",
        problem="Les perceuses dorment.",
        body="Les **prêter**.",
        needs="Un local.",
        elsewhere="Partout.",
        existing="Une ressourcerie.",
        subjects=(subjects[0].id, subjects[2].id),
        communes=("92050", "92012"),
        statements={criterion.id: f"Dit sur {criterion.code}." for criterion in criteria},
    )


@pytest.fixture
def events(site: Site) -> Any:
    """``events()``: the types of what happened to ideas, in order."""

    def happened() -> list[str]:
        with site.reading() as session:
            types = session.scalars(
                select(EventLog.type)
                .where(EventLog.service_id == site.service.id, EventLog.type.like("idea.%"))
                .order_by(EventLog.position)
            )
            return list(types)

    return happened


@pytest.fixture
def ideas(site: Site) -> Any:
    """``ideas()``: every row there is, in order."""

    def rows() -> list[Idea]:
        with site.reading() as session:
            return list(session.scalars(select(Idea).order_by(Idea.id)))

    return rows


@pytest.fixture
def roads(site: Site) -> Service:
    """A public service that the manager runs too."""
    return run_by_both(site, site.add_service("routes", "Routes"))


def run_by_both(site: Site, service: Service) -> Service:
    manager = site.people.manager
    with site.writing() as session:
        place = session.get_one(Service, service.id)
        give_role(session, session.get_one(Person, manager.id), place, "manager", granted_by=None)
    return service


@pytest.fixture
def author(client: Browser, people: Any) -> Browser:
    """The browser of the citizen, signed in."""
    client.sign_in(people.citizen)
    return client


@pytest.fixture
def desk(site: Site, people: Any) -> Browser:
    """The browser of the manager, signed in."""
    browser = site.browser()
    assert site.service
    browser.sign_in(people.manager)
    return browser
