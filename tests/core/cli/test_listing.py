"""Services, people, events and plugins as the command line shows and changes them."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.core.cli.conftest import Eak

PASSWORD = "a long enough password"


@pytest.fixture
def culture(eak: Eak, site: Path) -> str:
    assert eak("service", "create", "culture", "Culture").code == 0
    return "culture"


def test_services_are_listed_with_the_promised_keys(eak: Eak, culture: str) -> None:
    assert eak("service", "create", "coulisses", "Coulisses", "--audience", "internal").code == 0
    assert eak("service", "list", "--json").json == [
        {
            "slug": "coulisses",
            "name": "Coulisses",
            "audience": "internal",
            "theme": None,
            "archived": False,
        },
        {
            "slug": "culture",
            "name": "Culture",
            "audience": "public",
            "theme": None,
            "archived": False,
        },
    ]


def test_a_list_for_people_shows_the_same_services(eak: Eak, culture: str) -> None:
    shown = eak("service", "list").out
    assert "slug" in shown
    assert "culture" in shown


def test_an_empty_list_is_an_empty_document(eak: Eak, site: Path) -> None:
    assert eak("service", "list", "--json").json == []
    assert "no service" in eak("service", "list").out


def test_a_second_service_of_the_same_address_is_refused(eak: Eak, culture: str) -> None:
    assert eak("service", "create", "culture", "Again").code == 1
    assert [row["name"] for row in eak("service", "list", "--json").json] == ["Culture"]


def test_events_are_listed_with_the_promised_keys(eak: Eak, culture: str) -> None:
    (first, *_) = eak("event", "list", "--service", culture, "--json").json
    assert set(first) == {"position", "id", "type", "version", "subject", "occurred_at", "data"}
    assert (first["position"], first["type"]) == (1, "service.created")
    assert first["data"]["slug"] == "culture"
    assert UUID(first["id"])


def test_events_are_filtered_by_type_position_and_number(eak: Eak, culture: str) -> None:
    everything = eak("event", "list", "--service", culture, "--json").json
    after = eak("event", "list", "--service", culture, "--after", "1", "--json").json
    assert after == everything[1:]
    assert eak("event", "list", "--service", culture, "--limit", "1", "--json").json == [
        everything[0]
    ]
    of_type = eak("event", "list", "--service", culture, "--type", "idea.submitted", "--json")
    assert of_type.json == []


def test_events_are_filtered_by_subject_and_by_how_types_begin(
    eak: Eak, culture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eak_core.cli.events.PAGE", 1)
    person = ("person", "create", "ada@demo.example", "Ada", "--password-stdin")
    assert eak(*person, given=PASSWORD).code == 0
    assert eak("person", "role", "ada@demo.example", "manager", "--service", culture).code == 0
    listed = ("event", "list", "--service", culture, "--json")
    everything = eak(*listed).json
    assert [each["type"] for each in eak(*listed, "--type", "service.").json] == ["service.created"]
    subject = everything[0]["subject"]
    about = [each for each in everything if each["subject"] == subject]
    assert eak(*listed, "--subject", subject).json == about
    assert len(about) < len(everything)
    refused = eak(*listed, "--type", "no name")
    assert refused.code == 1
    assert "no event is called" in refused.err


def test_an_event_is_shown_by_its_position(eak: Eak, culture: str) -> None:
    assert eak("event", "show", "1", "--service", culture).json["type"] == "service.created"
    missing = eak("event", "show", "4711", "--service", culture)
    assert missing.code == 1
    assert "4711" in missing.err


def test_a_service_that_does_not_exist_is_said_by_its_name(eak: Eak, site: Path) -> None:
    ran = eak("event", "list", "--service", "nowhere")
    assert ran.code == 1
    assert "nowhere" in ran.err


def test_the_catalogue_names_every_type_with_its_version_and_fields(eak: Eak, site: Path) -> None:
    types = {row["type"]: row for row in eak("event", "types", "--json").json}
    for name in (
        "service.created service.changed plugin.enabled plugin.disabled person.joined"
        " person.erased role.granted role.revoked idea.submitted idea.edited idea.stage_changed"
        " idea.withdrawn content.hidden content.restored".split()
    ):
        assert types[name]["version"] >= 1, name
        assert types[name]["summary"], name


def test_the_asyncapi_document_refers_only_to_what_it_contains(eak: Eak, site: Path) -> None:
    document = eak("event", "types", "--asyncapi").json
    assert document["asyncapi"] == "3.0.0"
    references: list[str] = []

    def collect(node: object) -> None:
        if isinstance(node, dict):
            references.extend(value for key, value in node.items() if key == "$ref")
            for value in node.values():
                collect(value)
        elif isinstance(node, list):
            for value in node:
                collect(value)

    collect(document)
    assert references
    for reference in references:
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert node


def test_whole_logs_are_verified(eak: Eak, culture: str) -> None:
    assert eak("event", "verify", "--json").json == {"ok": True, "faults": []}


def test_a_gap_in_a_log_is_found_and_named(eak: Eak, culture: str) -> None:
    import os
    import sqlite3

    path = os.environ["EAK_DATABASE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER event_log_no_delete")
        connection.execute("DELETE FROM event_log WHERE service_id = 1 AND position = 1")
    ran = eak("event", "verify", "--json")
    assert ran.code == 1
    assert ran.json["ok"] is False
    assert "log 1" in ran.json["faults"][0]


def test_an_account_is_made_with_a_password_that_no_argument_shows(eak: Eak, site: Path) -> None:
    made = eak("person", "create", "a@demo.example", "Ada", "--password-stdin", given=PASSWORD)
    assert made.code == 0
    assert PASSWORD not in made.out + made.err
    again = eak("person", "create", "a@demo.example", "Ada", "--password-stdin", given=PASSWORD)
    assert again.code == 1
    assert "email" in again.err


def test_a_password_that_is_too_short_is_refused(eak: Eak, site: Path) -> None:
    ran = eak("person", "create", "a@demo.example", "Ada", "--password-stdin", given="short")
    assert ran.code == 1
    assert "password" in ran.err


def test_roles_are_given_and_taken(eak: Eak, culture: str) -> None:
    eak("person", "create", "a@demo.example", "Ada", "--password-stdin", given=PASSWORD)
    given = eak("person", "role", "a@demo.example", "manager", "--service", culture)
    assert given.code == 0
    events = [row["type"] for row in eak("event", "list", "--service", culture, "--json").json]
    assert events[-1] == "role.granted"
    taken = eak("person", "role", "a@demo.example", "manager", "--service", culture, "--revoke")
    assert taken.code == 0
    events = [row["type"] for row in eak("event", "list", "--service", culture, "--json").json]
    assert events[-1] == "role.revoked"


def test_the_last_administrator_stays(eak: Eak, site: Path) -> None:
    words = ("person", "create", "a@demo.example", "Ada", "--password-stdin", "--administrator")
    assert eak(*words, given=PASSWORD).code == 0
    ran = eak("person", "role", "a@demo.example", "administrator", "--revoke")
    assert ran.code == 1


@pytest.mark.parametrize(
    "words", [("manager",), ("administrator", "--service", "culture"), ("king",)]
)
def test_a_role_in_the_wrong_place_is_a_misuse(
    eak: Eak, culture: str, words: tuple[str, ...]
) -> None:
    assert eak("person", "role", "a@demo.example", *words).code == 2


def test_nobody_with_an_address_is_said(eak: Eak, culture: str) -> None:
    ran = eak("person", "role", "nobody@demo.example", "administrator")
    assert ran.code == 1
