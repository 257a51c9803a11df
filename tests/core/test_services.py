"""Services: opened, changed, archived, found, and shown to those they are for."""

import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from eak_core import clock as platform_clock
from eak_core.errors import Conflict, Forbidden, Invalid
from eak_core.events.models import EventLog, Subscription
from eak_core.ideas.describing.criteria import criteria_of
from eak_core.ideas.describing.opening import create_service
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.describing.territory import communes
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.people.models import RoleGrant, RoleInvitation
from eak_core.permissions import Actor, may
from eak_core.plugins.per_service.models import PluginActivation
from eak_core.services.directory import (
    archive_service,
    change_service,
    list_services,
    restore_service,
)
from eak_core.services.lookup import find
from eak_core.services.models import Service
from eak_core.services.slugs import RESERVED
from tests.core.links import links_of

Count = Callable[[], AbstractContextManager[Queries]]


def events_of(site: Site, service: Service) -> list[tuple[str, str]]:
    with site.reading() as session:
        rows = session.execute(
            select(EventLog.type, EventLog.data)
            .where(EventLog.service_id == service.id, EventLog.type.startswith("service."))
            .order_by(EventLog.position)
        )
        return [(row.type, row.data) for row in rows]


def stored(site: Site, service: Service) -> Service:
    with site.reading() as session:
        return session.get_one(Service, service.id)


def as_it_is(service: Service, **changes: Any) -> dict[str, Any]:
    values = {
        "version": service.version_id,
        "name": service.name,
        "description": service.description,
        "audience": service.audience,
        "theme": service.theme,
    }
    return {**values, **changes}


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


# Seeing


def test_the_portal_lists_what_the_reader_may_open(
    site: Site, service: Service, people: People
) -> None:
    site.add_service("laboratoire", audience="internal")
    other = site.add_service("routes", audience="internal")
    with site.writing() as session:
        session.add(RoleGrant(person_id=people.citizen.id, service_id=other.id, role="manager"))
    seen = {
        "visitor": {"culture"},
        "citizen": {"culture", "routes"},
        "agent": {"culture", "laboratoire", "routes"},
        "administrator": {"culture", "laboratoire", "routes"},
    }
    for name, expected in seen.items():
        browser = site.browser()
        if name != "visitor":
            browser.sign_in(getattr(people, name))
        text = browser.get("/").text
        shown = {slug for slug in ("culture", "laboratoire", "routes") if f'"/{slug}/"' in text}
        assert shown == expected, name


def test_a_service_is_prepared_by_those_who_run_it_until_they_open_it(
    site: Site, people: People, manager: Actor
) -> None:
    place = site.add_service("routes", "Routes", audience="preparing")
    names = ("citizen", "agent", "manager", "administrator")
    with site.writing() as session:
        session.add(RoleGrant(person_id=people.manager.id, service_id=place.id, role="manager"))
    readers = {"visitor": site.browser()}
    for name in names:
        readers[name] = site.browser()
        readers[name].sign_in(getattr(people, name))

    def who_sees() -> set[str]:
        with site.reading() as session, site.app.app_context():
            for name in names:
                actor = people.actor(getattr(people, name))
                seen = place.id in {each.id for each in list_services(session, actor)}
                assert seen == may(actor, "service.read", session.get_one(Service, place.id)), name
        shown = {name for name, each in readers.items() if '"/routes/"' in each.get("/").text}
        assert shown == {
            name for name, each in readers.items() if each.get("/routes/").status_code == 200
        }
        return shown

    assert who_sees() == {"manager", "administrator"}
    desk = readers["manager"]
    settings = "/routes/gestion/reglages"
    for path in ("/", "/routes/", "/routes/gestion/"):
        assert "En préparation" in desk.get(path).text, path
    assert settings in links_of(desk.get("/routes/gestion/").text)
    form = desk.read(settings).form("/reglages")
    assert form.filled({})["audience"] == ["preparing"]
    before = events_of(site, place)
    assert desk.submit(settings, settings).status_code == 302
    assert events_of(site, place) == before, "nothing was changed"
    for audience, seen in (
        ("internal", {"agent", "manager", "administrator"}),
        ("public", set(readers)),
        ("preparing", {"manager", "administrator"}),
    ):
        assert desk.submit(settings, settings, audience=audience).status_code == 302
        assert who_sees() == seen
        assert '"changed":["audience"]' in events_of(site, place)[-1][1]


def test_the_portal_counts_public_ideas_with_as_many_queries_for_one_service_as_for_ten(
    site: Site, service: Service, client: Browser, query_count: Count
) -> None:
    site.submit()
    client.get("/")
    with query_count() as one:
        assert "1 idée" in client.get("/").text
    for number in range(9):
        site.add_service(f"service-{number}")
    with query_count() as ten:
        assert "0 idée" in client.get("/").text
    # The services, the ideas of each, where plugins are on that tell what goes on, and decisions.
    assert ten.count == one.count == 4


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_visitor_of_an_internal_service_can_sign_in_and_come_back(
    site: Site, people: People, client: Browser
) -> None:
    site.add_service("laboratoire", audience="internal")
    answer = client.get("/laboratoire/?page=2")
    assert answer.status_code == 404
    assert "/compte/connexion?next=/laboratoire/?page%3D2" in links_of(answer.text)
    client.sign_in(people.citizen)
    refused = client.get("/laboratoire/")
    assert refused.status_code == 404
    assert not [link for link in links_of(refused.text) if "next=" in link]
    agent = site.browser()
    agent.sign_in(people.agent)
    assert agent.get("/laboratoire/").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_an_internal_service_answers_depends_on_who_asks(site: Site, people: People) -> None:
    internal = site.add_service("laboratoire", audience="internal")
    with site.app.app_context():
        for actor in (Actor.visitor(), people.actor(people.citizen)):
            assert not may(actor, "service.read", internal)
        assert may(people.actor(people.agent), "service.read", internal)
    citizen, agent = site.browser(), site.browser()
    citizen.sign_in(people.citizen)
    agent.sign_in(people.agent)
    for path in ("", "idees/", "idees.atom", "idees.json", "idees.csv"):
        for reader, status in ((site.browser(), 404), (citizen, 404), (agent, 200)):
            assert reader.get(f"/laboratoire/{path}").status_code == status, path


def test_the_home_of_a_service_shows_what_it_says_and_its_latest_ideas(
    site: Site, administrator: Actor, client: Browser
) -> None:
    described = site.add_service("routes", description="**Routes** <script>alert(1)</script>")
    site.submit("A bicycle street", service=described)
    text = client.get("/routes/").text
    assert "<strong>Routes</strong>" in text
    assert "<script>alert" not in text
    assert "A bicycle street" in text


# The managers' desk


@pytest.mark.parametrize("database", ["sqlite"])
def test_managers_change_the_settings_of_their_service(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    answer = client.submit(
        "/culture/gestion/reglages", "/reglages", name="Arts", description="Tout."
    )
    assert answer.status_code == 302
    assert (stored(site, service).name, stored(site, service).description) == ("Arts", "Tout.")


def test_what_is_typed_stays_where_somebody_else_was_faster(
    site: Site, service: Service, people: People, manager: Actor, client: Browser
) -> None:
    client.sign_in(people.manager)
    form = client.read("/culture/gestion/reglages").form("/reglages")
    with site.writing() as session:
        known = session.get_one(Service, service.id)
        change_service(session, manager, known, **as_it_is(known, name="Faster"))
    answer = client.post(
        "/culture/gestion/reglages", data=form.filled({"description": "What I typed"})
    )
    assert answer.status_code == 409
    assert "What I typed" in answer.text
    assert '<div class="eak-field__now" id="name-now">' in answer.text
    assert stored(site, service).name == "Faster"
    again = client.post(
        "/culture/gestion/reglages", data=Page(answer.text).form("/reglages").filled({})
    )
    assert again.status_code == 302
    assert stored(site, service).description == "What I typed"


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 121), ("audience", "nobody"), ("theme", "no-such-theme")],
)
def test_a_wrong_setting_is_said_beside_its_field_and_nothing_is_saved(
    site: Site, service: Service, people: People, client: Browser, field: str, value: str
) -> None:
    client.sign_in(people.manager)
    answer = client.submit(
        "/culture/gestion/reglages", "/reglages", **{"description": "Kept", field: value}
    )
    assert answer.status_code == 422
    assert "Kept" in answer.text
    assert f'id="{field}-error"' in answer.text
    assert stored(site, service).description == ""


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("path", ["", "reglages", "equipe"])
def test_the_desk_is_for_those_who_run_the_service(
    site: Site, service: Service, people: People, path: str
) -> None:
    address = f"/culture/gestion/{path}"
    assert site.browser().get(address).location.startswith("/compte/connexion")
    for person, status in ((people.citizen, 403), (people.manager, 200)):
        browser = site.browser()
        browser.sign_in(person)
        assert browser.get(address).status_code == status


# Sharing the running of a service


def test_inviting_looks_the_same_whether_the_address_has_an_account(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    pages = []
    for address in (str(people.citizen.email), "nobody.here@example.org"):
        answer = client.submit("/culture/gestion/equipe", "/equipe/invitations", email=address)
        assert answer.status_code == 302
        pages.append(client.get("/culture/gestion/equipe").text.replace(address, "…"))
        client.submit("/culture/gestion/equipe", "/annuler")
    site.drain()
    known, unknown = (each for each in site.sent if "invitation" in each.key)
    assert bare(known.text) == bare(unknown.text)
    assert known.subject == unknown.subject


def bare(text: str) -> str:
    """A letter without the token of its link, which no two have in common."""
    return re.sub(r"(/refuser/)\S+", r"\1…", text)


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_accepts_an_invitation_runs_the_service(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    client.submit(
        "/culture/gestion/equipe", "/equipe/invitations", email=str(people.citizen.email).upper()
    )
    invited = site.browser()
    invited.sign_in(people.citizen)
    assert invited.get("/culture/gestion/").status_code == 403
    answer = invited.submit("/compte/", "/accepter")
    assert answer.location == "/culture/gestion/"
    assert invited.get("/culture/gestion/").status_code == 200
    with site.reading() as session:
        assert session.scalars(select(RoleInvitation)).all() == []
        granted = session.execute(
            select(EventLog.subject, EventLog.actor_id).where(
                EventLog.type == "role.granted", EventLog.service_id == service.id
            )
        ).all()
    assert (f"person:{people.citizen.id}", people.manager.id) in [tuple(row) for row in granted]


def test_an_invitation_of_somebody_who_no_longer_runs_the_service_is_void(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email=people.citizen.email)
    client.submit("/culture/gestion/equipe", "/retirer")
    invited = site.browser()
    invited.sign_in(people.citizen)
    assert invited.submit("/compte/", "/accepter").status_code == 409
    assert invited.get("/culture/gestion/").status_code == 403


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_accepts_the_invitation_of_another_address(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email=people.agent.email)
    with site.reading() as session:
        invitation = session.scalars(select(RoleInvitation)).one()
    other = site.browser()
    other.sign_in(people.citizen)
    token = other.read("/compte/").form("/deconnexion").filled({})
    for answer in ("accepter", "decliner"):
        path = f"/compte/invitations/{invitation.id}/{answer}"
        assert other.post(path, data=token).status_code == 404
    with site.reading() as session:
        assert session.scalars(select(RoleInvitation)).one().email == people.agent.email


def test_an_invitation_waits_thirty_days_and_is_forgotten(
    site: Site, service: Service, people: People, client: Browser, clock: FrozenClock
) -> None:
    client.sign_in(people.manager)
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email="late@example.org")
    clock.advance(days=29)
    assert "late@example.org" in client.get("/culture/gestion/equipe").text
    clock.advance(days=2)
    assert "late@example.org" not in client.get("/culture/gestion/equipe").text
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email="other@example.org")
    with site.reading() as session:
        kept = session.scalars(select(RoleInvitation.email)).all()
    assert kept == ["other@example.org"]


def test_inviting_twice_is_one_invitation(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    form = client.read("/culture/gestion/equipe").form("/equipe/invitations")
    for _time in range(2):
        client.post(form.action, data=form.filled({"email": "a@example.org"}))
    with site.reading() as session:
        assert len(session.scalars(select(RoleInvitation)).all()) == 1


def test_a_declined_invitation_is_gone(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    client.submit("/culture/gestion/equipe", "/equipe/invitations", email=people.citizen.email)
    invited = site.browser()
    invited.sign_in(people.citizen)
    invited.submit("/compte/", "/decliner")
    assert "invitations/" not in invited.get("/compte/").text


def test_a_manager_who_leaves_no_longer_opens_the_desk(
    site: Site, service: Service, people: People, client: Browser
) -> None:
    client.sign_in(people.manager)
    answer = client.submit("/culture/gestion/equipe", "/retirer")
    assert answer.location == "/culture/"
    assert client.get("/culture/gestion/").status_code == 403


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
