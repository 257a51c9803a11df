"""Relations to things of a plugin: asked by `may` like roles, shown to those who run a service."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor, may
from eak_core.permissions.registry import PermissionRegistry
from eak_core.plugins.hooks.contributions import Held, NavItem
from eak_core.plugins.loading.manifest import ManifestError, Plugin


def plugin(**values: Any) -> Plugin:
    return Plugin(name="jury", title="Jury", core=">=0.1,<1", **values)


class Sitting:
    """Something with one juror."""

    def __init__(self, juror: int) -> None:
        self.juror = juror

    def relations_of(self, person_id: int) -> frozenset[str]:
        return frozenset({"jury.juror"} if person_id == self.juror else ())


@pytest.fixture
def asked(site: Site) -> Callable[..., bool]:
    registry: PermissionRegistry = site.app.extensions["eak_permissions"]
    if "jury.meet" not in registry:  # one application serves several tests
        registry.register("jury.meet", "manager", "jury.juror")
        registry.register("jury.speak", "jury.juror")

    def ask(actor: Actor, permission: str, subject: Any = None) -> bool:
        with site.app.app_context():
            return may(actor, permission, site.service, subject)

    return ask


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_relation_is_asked_of_the_thing_itself(site: Site, asked: Callable[..., bool]) -> None:
    people = site.people
    citizen, manager = people.actor(people.citizen), people.actor(people.manager)
    theirs, others = Sitting(citizen.person_id or 0), Sitting(0)
    assert asked(citizen, "jury.meet", theirs)
    assert not asked(citizen, "jury.meet", others)
    assert not asked(citizen, "jury.meet")
    assert asked(manager, "jury.meet", others)
    # What no role has, no role gets: not even who runs the site.
    assert not asked(site.people.actor(site.people.administrator), "jury.speak", others)
    assert asked(citizen, "jury.speak", theirs)


def test_a_visitor_and_an_account_that_is_not_confirmed_have_none(
    asked: Callable[..., bool],
) -> None:
    class Everybody(Sitting):
        def relations_of(self, person_id: int) -> frozenset[str]:
            return frozenset({"jury.juror"})

    assert not asked(Actor.visitor(), "jury.speak", Everybody(0))
    assert not asked(Actor(person_id=1), "jury.speak", Everybody(0))
    assert asked(Actor(person_id=1, confirmed=True), "jury.speak", Everybody(0))


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_belongs_to_an_author_has_no_relations(site: Site, asked: Callable[..., bool]) -> None:
    assert not asked(site.people.actor(site.people.citizen), "jury.speak", site.people.citizen)


@pytest.mark.parametrize(
    "values",
    [
        {"permissions": {"jury.meet": "jury.juror"}},
        {"permissions": {"jury.meet": ("manager", "agent")}},
        {"relations": {"other.juror": "Juror"}},
    ],
)
def test_what_cannot_be_is_refused_when_it_is_declared(values: dict[str, Any]) -> None:
    with pytest.raises(ManifestError):
        plugin(**values)


def test_a_plugin_gives_rights_to_a_role_and_to_relations() -> None:
    made = plugin(
        relations={"jury.juror": "Juror"},
        permissions={"jury.meet": ("manager", "jury.juror"), "jury.read": "visitor"},
    )
    assert made.grantees("jury.meet") == ("manager", "jury.juror")
    assert made.grantees("jury.read") == ("visitor",)


def test_held_relations_are_shaped() -> None:
    from eak_core.plugins.hooks.shapes import SHAPES

    at = datetime(2026, 3, 1, tzinfo=UTC)
    fine = Held(1, "Juror", NavItem("The jury", "jury.index"), at)
    assert SHAPES["held_relations"]([fine]) == [fine]
    for wrong in (fine, [1], [Held(1, 2, NavItem("The jury", "jury.index"), at)]):
        with pytest.raises(TypeError):
            SHAPES["held_relations"](wrong)
