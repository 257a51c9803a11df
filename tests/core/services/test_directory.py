"""Services: opened, changed, archived and found."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from eak_core import clock as platform_clock
from eak_core.errors import Conflict, Forbidden, Invalid, NotFound
from eak_core.events.models import Subscription
from eak_core.ideas.describing.criteria import criteria_of
from eak_core.ideas.describing.opening import create_service
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.describing.territory import communes
from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.plugins.per_service.models import PluginActivation
from eak_core.services.directory import (
    archive_service,
    change_service,
    list_services,
    restore_service,
)
from eak_core.services.lookup import find, row_in
from eak_core.services.models import Service
from eak_core.services.slugs import RESERVED
from tests.core.services.written import as_it_is, events_of, stored

Count = Callable[[], AbstractContextManager[Queries]]


# Opening


@pytest.mark.parametrize("database", ["sqlite"])
def test_opening_a_service_is_an_event_of_that_service(site: Site, administrator: Actor) -> None:
    with site.writing() as session:
        service = create_service(session, administrator, "routes", "  Routes\tet voirie ")
    assert stored(site, service).name == "Routes et voirie"
    assert [name for name, _data in events_of(site, service)] == ["service.created"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_service_is_opened_with_what_its_ideas_are_described_with_or_not_at_all(
    site: Site, administrator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.writing() as session:
        opened = create_service(session, administrator, "routes", "Routes")
    with site.reading() as session:
        described = [read(session, opened.id) for read in (criteria_of, subjects_of)]
        assert all(described)
        assert communes(session)

    def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("eak_core.ideas.describing.opening.add_usual_subjects", fail)
    with pytest.raises(RuntimeError), site.writing() as session:
        create_service(session, administrator, "parcs", "Parcs")
    with site.reading() as session:
        assert [each.slug for each in list_services(session, administrator)] == ["routes"]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "slug",
    ["", "a", "A-b", "-ab", "ab-", "é-té", "a b", "a/b", "a" * 41, "ab\n", "a\0b", "a_b", "../etc"],
)
def test_a_slug_that_is_none_is_refused_and_nothing_is_written(
    site: Site, administrator: Actor, slug: str
) -> None:
    with site.writing() as session:
        with pytest.raises(Invalid) as refusal:
            create_service(session, administrator, slug, "Routes")
        assert list(refusal.value.fields) == ["slug"]
        assert list_services(session, administrator) == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("slug", ["ab", "a1", "12", "a-b-c", "a" * 40])
def test_a_slug_within_the_rules_is_taken(site: Site, administrator: Actor, slug: str) -> None:
    with site.writing() as session:
        assert create_service(session, administrator, slug, "Routes").slug == slug


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_first_segment_of_the_site_itself_can_be_taken(
    site: Site, administrator: Actor, database: str
) -> None:
    segments = {rule.rule.split("/")[1] for rule in site.app.url_map.iter_rules()}
    own = {segment.partition(".")[0] for segment in segments if segment and segment[0] != "<"}
    assert own <= RESERVED | {"favicon", "robots", ""}
    for slug in sorted(own & RESERVED):
        with site.writing() as session, pytest.raises(Invalid):
            create_service(session, administrator, slug, "Routes")


def test_an_address_is_given_once_and_the_session_goes_on(
    site: Site, service: Service, administrator: Actor
) -> None:
    with site.writing() as session:
        with pytest.raises(Invalid) as refusal:
            create_service(session, administrator, service.slug, "Again")
        assert "slug" in refusal.value.fields
        create_service(session, administrator, "routes", "Routes")
    with site.reading() as session:
        assert [each.slug for each in list_services(session, administrator)] == [
            "culture",
            "routes",
        ]


def test_every_wrong_answer_is_named_at_once(site: Site, administrator: Actor) -> None:
    with site.writing() as session, pytest.raises(Invalid) as refusal:
        create_service(
            session,
            administrator,
            "routes",
            " \u200b ",
            description="x" * 5_001,
            audience="nobody",  # type: ignore[arg-type]
            theme="../../etc",
        )
    assert set(refusal.value.fields) == {"name", "description", "audience", "theme"}


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_administrators_open_services(site: Site, manager: Actor) -> None:
    for actor in (manager, Actor.visitor()):
        with site.writing() as session, pytest.raises(Forbidden):
            create_service(session, actor, "routes", "Routes")


# Changing


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_change_says_what_changed_and_keeps_the_address(
    site: Site, service: Service, manager: Actor
) -> None:
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        change_service(session, manager, known, **as_it_is(known, name="Arts", audience="internal"))
    changed = stored(site, service)
    assert (changed.name, changed.audience, changed.slug) == ("Arts", "internal", "culture")
    assert changed.version_id == service.version_id + 1
    assert events_of(site, service)[-1] == (
        "service.changed",
        f'{{"changed_id":{service.id},"changed":["name","audience"]}}',
    )


@pytest.mark.parametrize("database", ["sqlite"])
def test_saving_without_a_change_is_no_event(site: Site, service: Service, manager: Actor) -> None:
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        change_service(session, manager, known, **as_it_is(known))
    assert len(events_of(site, service)) == 1


def test_the_second_of_two_who_change_at_once_is_told_and_undoes_nothing(
    site: Site, service: Service, manager: Actor
) -> None:
    before = stored(site, service)
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        change_service(session, manager, known, **as_it_is(before, name="First"))
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        with pytest.raises(Conflict):
            change_service(session, manager, known, **as_it_is(before, description="Second"))
    assert (stored(site, service).name, stored(site, service).description) == ("First", "")


def test_of_two_changes_in_the_same_instant_one_wins(
    site: Site, service: Service, manager: Actor
) -> None:
    before = stored(site, service)
    start = threading.Barrier(2, timeout=20)
    told: list[str] = []

    def change(name: str) -> None:
        start.wait()
        with site.app.app_context():
            try:
                with site.writing() as session:
                    known = session.get_one(Service, service.id)
                    change_service(session, manager, known, **as_it_is(before, name=name))
                told.append("saved")
            except Conflict:
                told.append("told")

    threads = [threading.Thread(target=change, args=(name,)) for name in ("Left", "Right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) == ["saved", "told"]
    assert len(events_of(site, service)) == 2


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_those_who_run_a_service_change_it(
    site: Site, service: Service, citizen: Actor, manager: Actor
) -> None:
    other = site.add_service("routes")
    for actor, place in ((citizen, service), (manager, other)):
        with site.writing() as session:
            known = session.get_one(Service, place.id)
            with pytest.raises(Forbidden):
                change_service(session, actor, known, **as_it_is(known, name="Mine"))


# Archiving


def test_an_archived_service_can_be_read_and_no_longer_changed(
    site: Site, service: Service, manager: Actor, administrator: Actor, client: Browser
) -> None:
    with site.writing() as session:
        archive_service(session, administrator, session.get_one(Service, service.id))
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        with pytest.raises(Forbidden):
            change_service(session, manager, known, **as_it_is(known, name="Late"))
    assert client.get("/culture/").status_code == 200
    assert "/culture/" not in client.get("/").text
    with site.reading() as session:
        assert list_services(session, administrator) == []
        assert len(list_services(session, administrator, archived=True)) == 1
    with site.writing() as session:
        restore_service(session, administrator, session.get_one(Service, service.id))
    assert "/culture/" in client.get("/").text
    assert [data for _name, data in events_of(site, service)][1:] == [
        f'{{"changed_id":{service.id},"changed":["archived"]}}',
        f'{{"changed_id":{service.id},"changed":["restored"]}}',
    ]


def test_archiving_twice_is_one_event(site: Site, service: Service, administrator: Actor) -> None:
    for _time in range(2):
        with site.writing() as session:
            archive_service(session, administrator, session.get_one(Service, service.id))
    assert len(events_of(site, service)) == 2


@pytest.mark.parametrize("database", ["sqlite"])
def test_managers_do_not_archive(site: Site, service: Service, manager: Actor) -> None:
    with site.writing() as session, pytest.raises(Forbidden):
        archive_service(session, manager, session.get_one(Service, service.id))


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_administrator_opens_an_archived_service_again_from_its_desk(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.administrator)
    client.submit("/culture/gestion/reglages", "/archiver")
    assert stored(site, service).archived_at is not None
    client.submit("/culture/gestion/", "/rouvrir")
    assert stored(site, service).archived_at is None


# Finding


def test_a_place_tells_all_of_a_service_in_one_query(
    site: Site, service: Service, query_count: Count
) -> None:
    now = platform_clock.now()
    with site.writing() as session:
        for name, active, suspended in (
            ("voting", True, None),
            ("applause", True, None),
            ("broken", True, now),
            ("off", False, None),
        ):
            session.add(
                PluginActivation(
                    service_id=service.id,
                    plugin=name,
                    active=active,
                    since=now,
                    suspended_at=suspended,
                )
            )
            session.add(Subscription(plugin=name, service_id=service.id, handled=3, shown=2))
    with site.reading() as session, query_count() as queries:
        place = find(session, "culture")
    assert queries.count == 1
    assert place is not None
    assert place.service.name == "Culture"
    assert place.active_plugins == {"voting", "applause"}
    assert (place.head, place.validator) == (1, "1.8")


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_validator_moves_with_the_head_and_with_every_event_that_is_handled(
    site: Site, service: Service, manager: Actor
) -> None:
    def validator() -> str:
        with site.reading() as session:
            place = find(session, "culture")
            assert place is not None
            return place.validator

    first = validator()
    with site.writing() as session:
        session.add(Subscription(plugin="voting", service_id=service.id, shown=0))
    assert validator() == first
    with site.writing() as session:
        session.get_one(Subscription, ("voting", service.id)).shown = 1
    second = validator()
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        change_service(session, manager, known, **as_it_is(known, name="Arts"))
    assert len({first, second, validator()}) == 3


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("slug", ["routes", "", "cul ture", "culture\0", "CULTURE", "x" * 5_000])
def test_no_service_is_found_where_there_is_none(site: Site, service: Service, slug: str) -> None:
    with site.reading() as session:
        assert find(session, slug) is None


def test_the_list_of_services_is_by_name_whatever_the_order_of_opening(
    site: Site, administrator: Actor
) -> None:
    with platform_clock.freeze(platform_clock.now() - timedelta(days=1)):
        site.add_service("routes", "Routes")
    site.add_service("culture", "Culture")
    with site.reading() as session:
        assert [each.name for each in list_services(session, administrator)] == [
            "Culture",
            "Routes",
        ]


def test_a_row_is_found_in_its_service_alone_by_any_number(site: Site) -> None:
    idea, elsewhere = site.submit(), site.add_service("routes")
    with site.reading() as session:
        assert row_in(session, site.service, Idea, idea.id).id == idea.id
        for service, number in (
            (elsewhere, idea.id),
            *((site.service, made_up) for made_up in (0, -1, idea.id + 1, 2**31, 10**40)),
        ):
            with pytest.raises(NotFound, match="It is gone"):
                row_in(session, service, Idea, number, "It is gone.")
        with pytest.raises(NotFound):
            row_in(session, site.service, Idea, 0)
