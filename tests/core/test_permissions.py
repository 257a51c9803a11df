"""Who may do what where: every permission, every kind of actor, every kind of service."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from eak_core import clock
from eak_core.errors import Forbidden
from eak_core.permissions import (
    CORE_RULES,
    Abuse,
    Actor,
    PermissionRegistry,
    SignInRequired,
    Suspended,
    Suspension,
    UnknownPermission,
    may,
    require,
    why,
)
from eak_core.permissions.registry import register_permission


@dataclass(frozen=True)
class Place:
    id: int
    audience: str
    archived_at: datetime | None = None
    preparing: bool = False


@dataclass(frozen=True)
class Thing:
    author_id: int | None


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PLACES = {
    "public": Place(1, "public"),
    "internal": Place(1, "internal"),
    "archived": Place(1, "public", LONG_AGO),
    "archived internal": Place(1, "internal", LONG_AGO),
}
#: Everybody but the visitor is the author of the thing at hand where the name says so.
ACTORS = {
    "visitor": Actor.visitor(),
    "unconfirmed": Actor(person_id=1),
    "citizen": Actor(person_id=2, confirmed=True),
    "author": Actor(person_id=9, confirmed=True),
    "agent": Actor(person_id=3, confirmed=True, agent=True),
    "agent author": Actor(person_id=9, confirmed=True, agent=True),
    "manager": Actor(person_id=4, confirmed=True, managed=frozenset({1})),
    "manager elsewhere": Actor(person_id=5, confirmed=True, managed=frozenset({2})),
    "administrator": Actor(person_id=6, confirmed=True, administrator=True),
    "system": Actor.system(),
}
THING = Thing(author_id=9)

EVERYBODY = frozenset(ACTORS)
CONFIRMED = EVERYBODY - {"visitor", "unconfirmed"}
INSIDE = frozenset({"agent", "agent author", "manager", "administrator", "system"})
MANAGING = frozenset({"manager", "administrator", "system"})
RUNNING = frozenset({"administrator", "system"})
AUTHORS = frozenset({"author", "agent author", "system"})
INSIDE_AUTHORS = frozenset({"agent author", "system"})
SYSTEM = frozenset({"system"})

#: For each permission who has it: in a public service, an internal one, an archived one, and one
#: that is both.
TABLE = {
    "service.read": (EVERYBODY, INSIDE, EVERYBODY, INSIDE),
    "service.follow": (CONFIRMED, INSIDE, CONFIRMED, INSIDE),
    "service.manage": (MANAGING, MANAGING, SYSTEM, SYSTEM),
    "service.archive": (RUNNING, RUNNING, RUNNING, RUNNING),
    "role.grant": (MANAGING, MANAGING, SYSTEM, SYSTEM),
    "role.revoke": (MANAGING, MANAGING, MANAGING, MANAGING),
    "plugin.toggle": (MANAGING, MANAGING, SYSTEM, SYSTEM),
    "idea.submit": (CONFIRMED, INSIDE, SYSTEM, SYSTEM),
    "idea.read_draft": (AUTHORS, INSIDE_AUTHORS, AUTHORS, INSIDE_AUTHORS),
    "idea.edit": (AUTHORS, INSIDE_AUTHORS, SYSTEM, SYSTEM),
    "idea.share": (AUTHORS, INSIDE_AUTHORS, SYSTEM, SYSTEM),
    "idea.leave": (SYSTEM, SYSTEM, SYSTEM, SYSTEM),
    "idea.withdraw": (AUTHORS, INSIDE_AUTHORS, SYSTEM, SYSTEM),
    "idea.change_stage": (MANAGING, MANAGING, SYSTEM, SYSTEM),
    "content.hide": (MANAGING, MANAGING, MANAGING, MANAGING),
    "content.restore": (MANAGING, MANAGING, MANAGING, MANAGING),
    "person.suspend": (MANAGING, MANAGING, MANAGING, MANAGING),
    "content.report": (EVERYBODY, INSIDE, EVERYBODY, INSIDE),
    "content.appeal": (AUTHORS, INSIDE_AUTHORS, AUTHORS, INSIDE_AUTHORS),
}
#: These concern the site: the service plays no part.
ON_SITE = {
    "service.create": RUNNING,
    "site.administer": RUNNING,
    "person.export": RUNNING | AUTHORS,
    "person.erase": RUNNING | AUTHORS,
}


class Shared:
    """Something that stands in several services."""

    def __init__(self, *services: int) -> None:
        self.services = services

    def stands_in(self) -> tuple[int, ...]:
        return self.services


@dataclass(frozen=True)
class Sitting:
    """Something that people are jurors of."""

    jurors: set[int]

    def relations_of(self, person_id: int) -> set[str]:
        return {"jury.juror"} if person_id in self.jurors else set()


@pytest.fixture
def registered() -> Iterator[Flask]:
    """An application that knows the permissions, and nothing else."""
    app = Flask(__name__)
    app.testing = True
    Babel(app, default_locale="en")
    PermissionRegistry().init_app(app)
    with app.app_context():
        yield app


def those_who_may(permission: str, place: Place | None) -> frozenset[str]:
    return frozenset(name for name, actor in ACTORS.items() if may(actor, permission, place, THING))


@pytest.mark.parametrize("permission", TABLE)
@pytest.mark.parametrize("place", PLACES)
def test_each_permission_belongs_to_these_people_and_no_others(
    permission: str, place: str, registered: Flask
) -> None:
    expected = TABLE[permission][list(PLACES).index(place)]
    assert those_who_may(permission, PLACES[place]) == expected


@pytest.mark.parametrize("permission", TABLE)
@pytest.mark.parametrize("ended", [None, LONG_AGO])
def test_a_service_that_is_prepared_is_internal_and_not_for_agents_yet(
    permission: str, ended: datetime | None, registered: Flask
) -> None:
    expected = TABLE[permission][3 if ended else 1] - {"agent", "agent author"}
    assert those_who_may(permission, Place(1, "internal", ended, preparing=True)) == expected


@pytest.mark.parametrize("permission", ON_SITE)
@pytest.mark.parametrize("place", [None, *PLACES])
def test_a_permission_about_the_site_does_not_depend_on_a_service(
    permission: str, place: str | None, registered: Flask
) -> None:
    assert those_who_may(permission, PLACES.get(place or "")) == ON_SITE[permission]


def test_every_permission_of_the_core_stands_in_the_tables_above() -> None:
    assert set(CORE_RULES) == set(TABLE) | set(ON_SITE)


@pytest.mark.parametrize("permission", TABLE)
def test_without_a_service_a_permission_that_needs_one_is_denied(
    permission: str, registered: Flask
) -> None:
    assert those_who_may(permission, None) == SYSTEM


def test_nobody_is_the_author_of_what_has_none(registered: Flask) -> None:
    assert not may(Actor.visitor(), "idea.edit", PLACES["public"], Thing(author_id=None))
    assert not may(ACTORS["author"], "idea.edit", PLACES["public"], None)


def test_an_unknown_permission_raises_under_test(registered: Flask) -> None:
    with pytest.raises(UnknownPermission):
        may(Actor.system(), "idea.submitt", PLACES["public"])


def test_an_unknown_permission_is_denied_and_logged_in_production(
    registered: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    registered.testing = False
    assert not may(Actor.system(), "idea.submitt", PLACES["public"])
    assert "idea.submitt" in caplog.text


def test_a_plugin_brings_its_permissions_to_one_application_alone(registered: Flask) -> None:
    register_permission(registered, "applause.clap", "citizen")
    assert may(ACTORS["citizen"], "applause.clap", PLACES["public"])
    assert not may(ACTORS["visitor"], "applause.clap", PLACES["public"])
    assert not may(ACTORS["administrator"], "applause.clap", PLACES["archived"])
    assert not may(ACTORS["citizen"], "applause.clap", PLACES["internal"])
    other = Flask("other")
    other.testing = True
    PermissionRegistry().init_app(other)
    with other.app_context(), pytest.raises(UnknownPermission):
        may(ACTORS["citizen"], "applause.clap", PLACES["public"])


def test_a_permission_is_declared_once_and_for_a_role_that_exists(registered: Flask) -> None:
    with pytest.raises(ValueError, match="twice"):
        register_permission(registered, "idea.submit", "visitor")
    with pytest.raises(ValueError, match="no role"):
        register_permission(registered, "applause.clap", "king")  # type: ignore[arg-type]


def test_what_stands_in_several_services_is_for_those_who_manage_all(registered: Flask) -> None:
    register_permission(registered, "jury.rename", "manager")
    register_permission(registered, "jury.greet", "citizen")
    both = Actor(person_id=4, confirmed=True, managed=frozenset({1, 2}))
    here, shared = PLACES["public"], Shared(1, 2)
    assert may(both, "jury.rename", here, shared)
    assert may(ACTORS["administrator"], "jury.rename", here, shared)
    assert may(ACTORS["manager"], "jury.rename", here, Shared(1))
    assert not may(ACTORS["manager"], "jury.rename", here, shared)
    # Neither does whoever manages all of them where they do not manage this one.
    assert not may(ACTORS["manager elsewhere"], "jury.rename", here, Shared(2))
    assert may(ACTORS["citizen"], "jury.greet", here, shared)


def test_a_suspension_takes_what_was_misused_in_one_service_and_from_nobody_who_runs_it(
    registered: Flask,
) -> None:
    register_permission(registered, "jury.meet", "manager", "jury.juror")
    register_permission(registered, "applause.clap", "citizen")
    register_permission(registered, "applause.hush", "author", when_suspended=True)
    here, elsewhere = PLACES["public"], Place(2, "public")
    until = clock.now() + timedelta(days=1)

    def those_left(abuse: Abuse, until: datetime, **more: Any) -> set[str]:
        held = (Suspension(1, abuse, until, 7, said="Until tomorrow."),)
        actor = Actor(person_id=9, confirmed=True, suspensions=held, **more)
        asked = {*TABLE, "jury.meet", "applause.clap", "applause.hush"}
        for permission in asked:
            assert may(actor, permission, elsewhere, THING) == may(
                replace(actor, suspensions=()), permission, elsewhere, THING
            )
            if may(actor, permission, here, THING):
                require(actor, permission, here, THING)
        return {each for each in asked if may(actor, each, here, THING)}

    free = those_left("content", clock.now())
    assert free - those_left("content", until) == {
        "idea.submit", "idea.edit", "idea.share", "applause.clap",
    }  # fmt: skip
    assert free - those_left("reports", until) == {"content.report"}
    managing: dict[str, Any] = {"managed": frozenset({1})}
    assert those_left("content", until, **managing) == those_left(
        "content", clock.now(), **managing
    )
    actor = Actor(
        person_id=2,
        confirmed=True,
        suspensions=(Suspension(1, "content", until, 7, said="Until."),),
    )
    with pytest.raises(Suspended, match="Until"):
        require(actor, "applause.clap", here)
    with pytest.raises(Forbidden) as refusal:
        require(actor, "service.manage", here)
    assert not isinstance(refusal.value, Suspended)


def test_a_right_is_held_by_the_nearest_of_what_gives_it(registered: Flask) -> None:
    register_permission(registered, "jury.meet", "manager", "jury.juror")
    register_permission(registered, "jury.hear", "agent")
    here, both = PLACES["public"], replace(ACTORS["manager"], administrator=True)
    juror = Sitting({2, 4})
    told = [
        why(ACTORS["manager"], "jury.meet", here),
        why(both, "jury.meet", here),
        why(ACTORS["administrator"], "jury.meet", here),
        why(ACTORS["citizen"], "jury.meet", here, juror),
        why(ACTORS["citizen"], "jury.meet", here),
        why(ACTORS["agent"], "jury.hear", here),
        why(ACTORS["administrator"], "jury.hear", here),
        why(ACTORS["author"], "idea.edit", here, THING),
        why(ACTORS["author"], "person.export", None, THING),
        why(Actor.system(), "jury.meet", here),
        why(ACTORS["visitor"], "service.read", here),
    ]
    assert told == [
        "manager", "manager", "administrator", "jury.juror", None, "agent", "administrator",
        "author", "author", "system", "visitor",
    ]  # fmt: skip


def test_the_refusal_says_what_to_do(registered: Flask) -> None:
    with pytest.raises(SignInRequired):
        require(Actor.visitor(), "idea.submit", PLACES["public"])
    with pytest.raises(Forbidden, match="confirm"):
        require(ACTORS["unconfirmed"], "idea.submit", PLACES["public"])
    with pytest.raises(Forbidden, match="archived"):
        require(ACTORS["manager"], "service.manage", PLACES["archived"])
    require(ACTORS["citizen"], "idea.submit", PLACES["public"])


def test_the_refusal_does_not_say_that_an_internal_service_is_archived(registered: Flask) -> None:
    with pytest.raises(Forbidden) as refusal:
        require(ACTORS["citizen"], "idea.submit", PLACES["archived internal"])
    assert "archived" not in str(refusal.value)
