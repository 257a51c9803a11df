"""What people see of suggestions: each address, by each role; rules and figures for everybody."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eak_core.cli import cli
from eak_core.kit.testing import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_matchmaking.models import Need
from eak_matchmaking.suggestions.tables import Decline
from tests.plugins.matchmaking.resources import Resources
from tests.plugins.matchmaking.test_resource_pages import HERE, ROLES, browsers
from tests.plugins.matchmaking.test_suggestions import decline, idea_in

__all__ = ["browsers"]


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> object:
    """One is enough for what pages say: what they are made of is proved on both beside them."""
    return request.param


@pytest.fixture(autouse=True)
def spring(clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 2, 9, tzinfo=UTC))


@pytest.fixture
def need(resources: Resources) -> Need:
    """What the idea of the citizen needs, with an offer of each of two partners; one has declined
    another idea."""
    need = resources.state(what="Une salle pour quarante personnes")
    resources.publish(title="La halle du marché", details="Une salle de quarante places.")
    resources.publish(resources.other, title="Le vieux hangar", details="")
    away = resources.state(idea=idea_in(resources, title="Le manège du port"), what="Une salle")
    decline(resources, away, "place", "Le *port* nous fait peur.")
    resources.site.drain()
    return need


@pytest.mark.parametrize("database", ["sqlite"])
def test_suggestions_are_for_those_who_act_on_them(
    resources: Resources, need: Need, browsers: Callable[[str], Browser]
) -> None:
    for role in ROLES:
        reads_what_concerns_them(need, browsers(role), role)


def reads_what_concerns_them(need: Need, browser: Browser, role: str) -> None:
    states = role in ("citizen", "manager", "administrator")
    refused = 302 if role == "visitor" else 403
    answer = browser.get(f"{HERE}/idees/{need.idea_id}/suggestions")
    assert answer.status_code == (200 if states else refused)
    assert ("La halle du marché" in answer.text) == states
    page = browser.read(f"/culture/idees/{need.idea_id}").text
    assert ("La halle du marché" in page) == states
    acts = role in ("member", "rival")
    answer = browser.get(f"{HERE}/suggestions")
    assert answer.status_code == (200 if acts else refused)
    assert ("Le manège du port" in answer.text) == acts
    assert ("<em>port</em>" in answer.text) == (role == "member"), "private words"
    for path in (f"besoins/{need.id}/pas-pour-nous",):
        assert browser.get(f"{HERE}/{path}").status_code == (200 if acts else refused)
        assert browser.post(f"{HERE}/{path}", data={}).status_code == 400, "no token"
    assert browser.post(f"{HERE}/idees/{need.idea_id}/reprendre", data={}).status_code == 400
    runs = role in ("manager", "administrator")
    for path in ("", "/nouveau", "/origine/1"):
        answer = browser.get(f"/culture/gestion/partenaires/thesaurus{path}")
        assert answer.status_code == (200 if runs else refused), path
    for path in (f"{HERE}/equite", f"{HERE}/equite/expositions.csv"):
        text = browser.read(path).text
        assert "nous fait peur" not in text
        assert "Le manège" not in text


@pytest.mark.parametrize("database", ["sqlite"])
def test_words_of_a_reason_are_read_nowhere_else(
    resources: Resources, need: Need, browsers: Callable[[str], Browser]
) -> None:
    with resources.site.reading() as session:
        declined = session.query(Decline).one().idea_id
    for role in ROLES:
        reads_no_reason(resources, declined, browsers(role), role)


def reads_no_reason(resources: Resources, declined: int, browser: Browser, role: str) -> None:
    for path in (f"/culture/idees/{declined}", f"{HERE}/idees/{declined}/suggestions",
                 "/culture/idees/", "/culture/gestion/", f"{HERE}/{resources.organisation.id}",
                 "/culture/recherche?q=port"):  # fmt: skip
        text = browser.get(path, follow_redirects=True).text
        assert "nous fait peur" not in text, (role, path)
        assert "trop loin" not in text, (role, path)


def test_a_list_says_why_and_that_an_algorithm_made_its_order(
    resources: Resources, need: Need, browsers: Callable[[str], Browser]
) -> None:
    text = browsers("citizen").read(f"{HERE}/idees/{need.idea_id}/suggestions").text
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")
    assert "Un algorithme a classé cette liste" in text
    assert f'href="{HERE}/equite"' in text
    assert "offre : un lieu" in text
    assert "termes communs : " in text
    assert "2 813 points sur 2 813" in text
    assert "salle ≈ hangar" in text


def test_a_partner_declines_reads_why_and_takes_it_back(
    resources: Resources, need: Need, browsers: Callable[[str], Browser]
) -> None:
    browser = browsers("rival")
    path = f"{HERE}/besoins/{need.id}/pas-pour-nous"
    again = browser.submit(path, "pas-pour-nous", words="Sans raison.")
    assert again.status_code == 422
    assert "Sans raison." in again.text
    browser.submit(path, "pas-pour-nous", reason="moment", words="En <b>juin</b>, oui.")
    page = browser.read(f"{HERE}/suggestions").text
    assert "Ce que vous avez écarté" in page
    assert "Ce n’est pas le moment." in page
    assert "<b>juin</b>" not in page
    offers = browsers("citizen").read(f"{HERE}/idees/{need.idea_id}/suggestions").text
    assert "pas pour nous" in offers
    assert "moment" not in offers
    browser.submit(f"{HERE}/suggestions", "reprendre")
    assert "Ce que vous avez écarté" not in browser.read(f"{HERE}/suggestions").text


def test_a_need_that_nobody_may_read_cannot_be_declined(
    resources: Resources, need: Need, browsers: Callable[[str], Browser]
) -> None:
    for number in ("0", str(need.id + 100), "9" * 30):
        assert browsers("member").get(f"{HERE}/besoins/{number}/pas-pour-nous").status_code == 404


def test_the_rules_turn_with_the_words_and_with_nothing_else(
    resources: Resources, need: Need, browsers: Callable[[str], Browser]
) -> None:
    visitor, manager = browsers("visitor"), browsers("manager")
    rules = f"{HERE}/equite"

    def changed(browser: Browser, path: str, kept: str) -> bool:
        return browser.get(path, headers={"If-None-Match": kept}).status_code == 200

    kept = visitor.get(rules).headers["ETag"]
    here = "/culture/gestion/partenaires/thesaurus"
    assert manager.submit(f"{here}/nouveau", "nouveau", terms="zodiac").status_code == 422
    assert not changed(visitor, rules, kept)
    manager.submit(f"{here}/nouveau", "nouveau", terms="zodiac, canot")
    assert changed(visitor, rules, kept)
    assert "zodiac, canot" in visitor.read(rules).text
    manager.submit(f"{here}/origine/1", "origine/1", terms="")
    assert "Désactivé" in manager.read(here).text
    assert manager.get(f"{here}/origine/0").status_code == 404
    assert manager.get(f"{here}/origine/9999").status_code == 404


def test_the_rules_are_there_before_anything_was_counted(
    resources: Resources, browsers: Callable[[str], Browser]
) -> None:
    visitor = browsers("visitor")
    text = visitor.read(f"{HERE}/equite").text
    for words in ("L311-3-1", "Rien n’a encore été compté", "voirie=, chaussée", "domaine"):
        assert words in text, words
    assert visitor.get(f"{HERE}/equite/gini.csv").status_code == 404
    assert visitor.get(f"{HERE}/equite/expositions.csv").text.startswith("month,")


def test_the_figures_are_for_everybody(
    resources: Resources, need: Need, browsers: Callable[[str], Browser]
) -> None:
    visitor = browsers("visitor")
    text = visitor.read(f"{HERE}/equite").text
    assert "03/2026" in text
    assert 'class="' in text
    rows = list(csv.DictReader(io.StringIO(visitor.get(f"{HERE}/equite/expositions.csv").text)))
    # The first partner has declined one of the two ideas.
    assert {row["name"]: row["shown"] for row in rows} == {"La Halle": "1", "Les Autres": "2"}
    assert {row["month"] for row in rows} == {"2026-03"}
    for key in ("gini", "partenaires"):
        assert visitor.get(f"{HERE}/equite/{key}.csv").status_code == 200
    assert visitor.get(f"{HERE}/equite/nothing.csv").status_code == 404


def test_the_terminal_tells_the_same_list_as_json(
    resources: Resources, need: Need, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAK_DATABASE_URL", resources.site.url)

    def suggest(*options: str) -> Result:
        command = ["--instance", str(tmp_path), "matchmaking", "suggest", "--service", "culture"]
        return CliRunner().invoke(cli, [*command, *options])

    answer = suggest("--idea", str(need.idea_id), "--json")
    assert answer.exit_code == 0, answer.output
    document = json.loads(answer.stdout)
    assert document["idea"] == need.idea_id
    [told] = document["needs"]
    best, second = told["suggestions"]
    assert (best["title"], best["organisation"]) == ("La halle du marché", "La Halle")
    assert best["points"] == sum(each["points"] for each in best["parts"]) > second["points"]
    assert (best["rank"], second["rank"], told["left_out"]) == (1, 2, [])
    assert all(each["why"] for each in best["parts"] if each["points"])
    plain = suggest("--idea", str(need.idea_id))
    assert "La halle du marché – La Halle" in plain.stdout
    assert suggest("--idea", "99999", "--json").exit_code != 0
