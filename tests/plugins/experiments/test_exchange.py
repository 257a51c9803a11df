"""Experiments go from site to site as files, and come from lists that somebody has."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

import eak_experiments
from eak_core.api import attach_files, stage_file
from eak_core.cli import cli
from eak_core.errors import Forbidden, Invalid
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import picture
from eak_experiments.drafting.finding import protocol_of
from eak_experiments.drafting.saving import today
from eak_experiments.models import Experiment
from eak_experiments.protocol import exchange
from eak_experiments.replicating import kit_files
from eak_experiments.running import logbook
from tests.plugins.experiments.content import protocol, record, started

LISTS = Path(__file__).parents[3].parent / "shared" / "data" / "experimentations"
MAPPINGS = Path(eak_experiments.__file__).parent / "mappings"
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

Eak = Callable[..., Result]


@pytest.fixture
def here(site: Site, clock) -> Site:
    site.enable("experiments")
    return site


@pytest.fixture
def eak(here: Site, instance: Path, monkeypatch: pytest.MonkeyPatch) -> Eak:
    """``eak experiments`` on the database of the site."""
    monkeypatch.setenv("EAK_DATABASE_URL", here.url)
    assert here.service.slug == "culture"

    def run(*command: str) -> Result:
        words = ["--instance", str(instance), "experiments", *command, "--service", "culture"]
        return CliRunner().invoke(cli, words)

    return run


def _number(here: Site) -> int:
    with here.reading() as session:
        return session.scalar(select(func.count()).select_from(Experiment)) or 0


def test_an_export_taken_in_elsewhere_exports_the_same(
    here: Site, eak: Eak, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    first.write_bytes(exchange.written(record()))
    assert eak("import", str(first)).exit_code == 0
    assert eak("import", str(first)).exit_code == 0
    assert _number(here) == 1
    with here.reading() as session:
        number = session.scalars(select(Experiment.id)).one()
    assert eak("export", str(number), "--output", str(second)).exit_code == 0
    written = exchange.read(second.read_bytes())
    assert msgspec.structs.replace(written, hashes=()) == record()
    assert len(written.hashes) == 1
    # And once more, from there: not a byte is another one.
    here_again = tmp_path / "third.json"
    with here.writing() as session:
        session.delete(session.get_one(Experiment, number))
    assert eak("import", str(second)).exit_code == 0
    with here.reading() as session:
        number = session.scalars(select(Experiment.id)).one()
    assert eak("export", str(number), "--output", str(here_again)).exit_code == 0
    assert here_again.read_bytes() == second.read_bytes()


def test_an_experiment_of_here_is_exported_with_what_is_public_alone(
    here: Site, eak: Eak, tmp_path: Path
) -> None:
    number, file = started(here), tmp_path / "one.json"
    manager, citizen = (here.people.actor(p) for p in (here.people.manager, here.people.citizen))
    with here.writing() as session:
        made = session.get_one(Experiment, number)
        for text, private in (("An open note.", False), ("A private note.", True)):
            logbook.log(
                session, manager, here.service, made, "incident", today(), text, private=private
            )
        logbook.hear(session, citizen, here.service, made, "Unread words.")
        colours = ("teal", "red")
        staged = [stage_file(picture(colour=each), "a.jpg", alt=each) for each in colours]
        added = attach_files(session, manager, here.service, "experiments", f"kit:{number}", staged)
        with pytest.raises(Invalid):
            kit_files.license_files(session, manager, here.service, made, {added[0]: "mine"})
        with pytest.raises(Forbidden):
            kit_files.license_files(session, citizen, here.service, made, {added[0]: "CC0-1.0"})
        kit_files.license_files(session, manager, here.service, made, {added[0]: "CC0-1.0"})
    assert eak("export", str(number), "--output", str(file)).exit_code == 0
    found = exchange.read(file.read_bytes())
    assert found.stage == "under_way"
    assert [each.text for each in found.logbook] == ["An open note."]
    assert found.protocol.title == protocol().title
    # A file that nobody has given a licence is nobody's.
    assert found.kit is not None
    assert [(each.name, each.licence) for each in found.kit.files] == [("teal", "CC0-1.0")]
    page = here.browser().read(f"/culture/experimentations/{number}")
    assert 'href="https://creativecommons.org/publicdomain/zero/1.0/deed.fr"' in page.text
    assert ">red<" not in page.text
    answer = here.browser().get(f"/api/v1/culture/experimentations/{number}.json")
    # A command has another address of the site than a test's browser.
    shown = exchange.read(answer.data)
    assert msgspec.structs.replace(shown, id=found.id, url=found.url, kit=found.kit) == found
    schema = here.browser().get("/api/v1/culture/experimentations/experimentation.schema.json")
    assert "An experiment of an EAK site" in schema.text


def test_an_older_version_is_read_and_what_is_none_is_told(eak: Eak, tmp_path: Path) -> None:
    fields = json.loads(exchange.written(record()))
    fields["schema"], fields["history"] = 1, fields.pop("steps")
    assert exchange.read(json.dumps(fields).encode()) == record()
    file = tmp_path / "wrong.json"
    for content, said in (
        (b"{", "no JSON"), (b"[]", "no export"), (b'{"format": "x"}', "no export"),
        (json.dumps({**fields, "schema": 9}).encode(), "schema is 9"),
        (json.dumps({**fields, "protocol": {"title": 3}}).encode(), "cannot be"),
    ):  # fmt: skip
        file.write_bytes(content)
        result = eak("import", str(file))
        assert result.exit_code != 0
        assert said in result.output


def test_the_list_is_json_for_programs(here: Site, eak: Eak) -> None:
    number = started(here)
    result = eak("list", "--json")
    assert result.exit_code == 0
    assert json.loads(result.output) == [
        {"id": number, "title": protocol().title, "stage": "running", "outcome": None,
         "evidence_level": None}
    ]  # fmt: skip
    assert protocol().title in eak("list").output


@pytest.mark.skipif(not LISTS.exists(), reason="the lists of the laboratory are not here")
@pytest.mark.parametrize(
    ("name", "mapping", "taken"),
    [
        ("eig_defis", "eig_defis", 100),
        ("aic_laureats_initiatives_citoyennes", "aic_initiatives", 13),
    ],
)
def test_lists_of_elsewhere_are_taken_in_once(
    here: Site, eak: Eak, name: str, mapping: str, taken: int
) -> None:
    file, toml = str(LISTS / f"{name}.csv"), str(MAPPINGS / f"{mapping}.toml")
    for _time in range(2):
        result = eak("import-csv", file, "--mapping", toml)
        assert result.exit_code == 0, result.output
        assert _number(here) == taken
    here.drain()
    with here.reading() as session:
        one = session.scalars(select(Experiment).order_by(Experiment.id).limit(1)).one()
        assert (one.stage, one.outcome) == ("past", None)
        assert "\n" in protocol_of(session, one).activities
    page = here.browser().read("/culture/experimentations/?etat=past").text
    assert "Venue d’ailleurs" in page
    assert one.title in here.browser().read(f"/culture/experimentations/{one.id}").text
