"""``eak matchmaking import-organisations``, on the lists of the département and on broken ones."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from eak_core.cli import cli
from eak_core.kit.testing.site import Site
from eak_matchmaking.commands.organisations import kind_of
from eak_matchmaking.models import Organisation, Presence
from eak_matchmaking.organisations import standing
from tests.plugins.matchmaking.conftest import Partners

LISTS = Path(__file__).parents[3].parent / "shared" / "data" / "partenaires-92"
HEADER = "name,kind,identifier,commune,site,about\n"

Eak = Callable[..., Result]


@pytest.fixture
def eak(site: Site, instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Eak:
    """The command on the database of the site; a text is written into a file for it first."""
    monkeypatch.setenv("EAK_DATABASE_URL", site.url)
    assert site.service.slug == "culture"

    def run(file: str | Path, *options: str, service: str = "culture") -> Result:
        if isinstance(file, str):
            place = tmp_path / "list.csv"
            place.write_text(file, encoding="utf-8")
        else:
            place = file
        command = [
            "--instance",
            str(instance),
            "matchmaking",
            "import-organisations",
            os.fspath(place),
        ]
        return CliRunner().invoke(cli, [*command, "--service", service, *options])

    return run


def number(site: Site) -> int:
    with site.reading() as session:
        return session.scalar(select(func.count()).select_from(Organisation)) or 0


@pytest.mark.parametrize(
    ("name", "columns", "taken"),
    [
        (
            "associations_subventionnees_etat_2010.csv",
            {"name": "association", "identifier": "siren", "commune": "code_insee",
             "about": "programmes"},
            219,
        ),
        (
            "reserve_parlementaire_2013.csv",
            {"name": "beneficiaire", "kind": "type", "commune": "code_insee", "about": "objet"},
            89,
        ),
    ],
)  # fmt: skip
def test_the_lists_of_the_departement_are_taken_in_once(
    site: Site, eak: Eak, name: str, columns: dict[str, str], taken: int
) -> None:
    options = [each for pair in columns.items() for each in ("--column", "=".join(pair))]
    tried = eak(LISTS / name, *options, "--dry-run")
    assert (tried.exit_code, number(site)) == (0, 0), tried.output
    first = eak(LISTS / name, *options)
    assert first.exit_code == 0, first.output
    assert number(site) == taken
    again = eak(LISTS / name, *options)
    assert again.exit_code == 0
    assert number(site) == taken


def test_a_row_that_cannot_be_costs_only_itself(site: Site, eak: Eak, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    done = eak(
        HEADER
        + "Les Toits,association,732 829 320,Nanterre,,On végétalise.\n"
        + "Sans clé,association,123456789,92050,,\n"
        + "Ailleurs,association,,75056,,\n"
        + ",association,,92050,,\n"
        + "Club,ministère,,92050,,\n"
        + "Site,association,,,javascript:alert(1),\n"
        + "Mairie,commune,,Antony,https://www.example.org,\n",
        "--report", os.fspath(report),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    with site.reading() as session:
        found = session.scalars(select(Organisation).order_by(Organisation.id)).all()
    assert [(each.name, each.kind, each.communes) for each in found] == [
        ("Les Toits", "association", " 92050 "),
        ("Mairie", "public_body", " 92002 "),
    ]
    assert len(report.read_text("utf-8").splitlines()) == 6


def test_one_that_is_known_comes_to_a_further_service(site: Site, eak: Eak) -> None:
    site.enable("matchmaking", service=site.add_service("routes", "Routes"))
    rows = HEADER + "Les Toits,,732829320,,,\nLe Club,,,92050,,\n"
    eak(rows)
    assert eak(rows, service="routes").exit_code == 0
    with site.reading() as session:
        assert session.scalar(select(func.count()).select_from(Presence)) == 4
    assert number(site) == 2


def test_what_somebody_registered_is_not_taken_in_again(partners: Partners, eak: Eak) -> None:
    partners.register(identifier="732829320")
    eak(HEADER + "Another name,,732 829 320 00074,,,\nThe same,,732829320,,,\n")
    # A place of an organisation has a number of its own: only people can say that it is the same.
    assert number(partners.site) == 2


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_closed_does_not_come_back_by_a_list(partners: Partners, eak: Eak) -> None:
    rows = HEADER + "Le Club,,,92050,,\n"
    eak(rows)
    with partners.site.reading() as session:
        made = session.scalars(select(Organisation)).one()
    partners.act(standing.close, made, "Moved.", actor=partners.manager)
    done = eak(rows)
    assert done.exit_code == 0
    assert number(partners.site) == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "content", ["", "name\n", "\x00\x00", "nom;siren\nx;y\n", "title,body\na,b\n"]
)
def test_a_list_of_another_shape_is_refused_as_a_whole(site: Site, eak: Eak, content: str) -> None:
    done = eak(content)
    assert number(site) == 0
    assert done.exit_code in (0, 2)
    assert done.exit_code == 2 or content == "name\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("association ou organisme", "association"),
        ("Collectif d’habitants (association)", "collective"),
        ("École", "school"),
        ("SOCIÉTÉ coopérative", "company"),
        ("commune", "public_body"),
        ("public_body", "public_body"),
    ],
)
def test_lists_call_kinds_in_their_own_words(text: str, kind: str) -> None:
    assert kind_of(text) == kind
