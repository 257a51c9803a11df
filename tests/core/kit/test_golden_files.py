"""Golden files: what was once written to a log loads for ever (T25)."""

import json
from pathlib import Path

import pytest

import eak_core.app  # noqa: F401  # every room's events are declared when it is imported
from eak_core.events import CORE, Event, EventRegistry, event, upcast
from eak_core.events.types import EventError
from eak_core.kit.golden import golden_problems, write_missing
from tests.core.events.probe import Listener

GOLDEN = Path(__file__).parents[2] / "golden"


def declare(fields: dict[str, type], version: int = 1) -> Listener:
    """A plugin with one event that has these fields."""
    owner = Listener("gate")
    body = {"__annotations__": fields, "__doc__": "A gate was opened.", "__module__": __name__}
    opened = type(Event)("Opened", (Event,), body)
    event(owner, "gate.opened", version=version, subject="gate:1")(opened)
    return owner


def problems(owner: Listener, folder: Path) -> list[str]:
    return golden_problems(EventRegistry([owner]), "gate", folder)


def write(owner: Listener, folder: Path) -> None:
    write_missing(EventRegistry([owner]), "gate", folder)


def test_every_version_of_every_core_event_loads_and_its_fields_have_not_changed() -> None:
    assert golden_problems(EventRegistry([CORE]), "core", GOLDEN) == []


def test_a_version_without_its_golden_file_is_found(tmp_path: Path) -> None:
    (found,) = problems(declare({"gate_id": int}), tmp_path)
    assert "gate.opened version 1 has no golden file" in found


def test_a_changed_field_without_a_new_version_is_found(tmp_path: Path) -> None:
    write(declare({"gate_id": int}), tmp_path)
    assert problems(declare({"gate_id": int}), tmp_path) == []
    (found,) = problems(declare({"gate_id": int | None}), tmp_path)
    assert "raise the version to 2" in found


def test_a_field_that_is_gone_is_found_because_old_payloads_no_longer_load(tmp_path: Path) -> None:
    write(declare({"gate_id": int, "by_id": int}), tmp_path)
    (found,) = problems(declare({"gate_id": int}), tmp_path)
    assert "no longer loads" in found
    assert "upcaster" in found


def test_a_new_version_needs_its_own_file_and_loads_the_old_one_through_its_upcaster(
    tmp_path: Path,
) -> None:
    write(declare({"gate_id": int}), tmp_path)
    second = declare({"gate_id": int, "wide": bool}, version=2)
    with pytest.raises(EventError, match="no upcaster from version 1"):
        EventRegistry([second])
    upcast(second, "gate.opened", 1)(lambda fields: {**fields, "wide": False})
    (found,) = problems(second, tmp_path)
    assert "gate.opened version 2 has no golden file" in found
    write(second, tmp_path)
    assert problems(second, tmp_path) == []
    old = json.loads((tmp_path / "gate.opened.v1.json").read_text())
    upcasted = EventRegistry([second]).decode("gate.opened", 1, json.dumps(old["data"]))
    assert upcasted.wide is False


def test_an_upcaster_that_fails_is_found(tmp_path: Path) -> None:
    write(declare({"gate_id": int}), tmp_path)
    second = declare({"gate_id": int, "wide": bool}, version=2)
    upcast(second, "gate.opened", 1)(lambda fields: {**fields, "wide": fields["width"] > 3})
    write(second, tmp_path)
    (found,) = problems(second, tmp_path)
    assert "its upcaster from version 1 raises KeyError" in found


def test_the_file_of_an_event_that_is_no_longer_declared_is_found(tmp_path: Path) -> None:
    write(declare({"gate_id": int}), tmp_path)
    (found,) = golden_problems(EventRegistry([Listener("gate")]), "gate", tmp_path)
    assert "must stay readable" in found


def test_what_stands_is_never_written_again(tmp_path: Path) -> None:
    write(declare({"gate_id": int}), tmp_path)
    before = (tmp_path / "gate.opened.v1.json").read_bytes()
    write(declare({"gate_id": int, "by_id": int}), tmp_path)
    assert (tmp_path / "gate.opened.v1.json").read_bytes() == before
