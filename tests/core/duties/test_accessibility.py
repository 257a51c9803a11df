"""What a site declares of its accessibility follows from the audit that its operator keeps."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from eak_core.config import load
from eak_core.duties.accessibility import (
    CRITERIA,
    FILE,
    THEMES,
    Audit,
    Finding,
    State,
    empty_ledger,
    load_audit,
)
from eak_core.duties.setup import init_duties
from eak_core.errors import Misconfigured
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from tests.core.desk import signed_in

HEAD = 'on = 2026-01-31\nby = "Un cabinet"\npages = ["Accueil"]\n'
NOTE = "Une image <b>sans</b> texte"
Audited = Callable[[str], Site]


def made(met: int, not_met: int = 0, exempt: int = 0, missing: int = 0) -> Audit:
    """An audit of so many criteria; what is left does not apply."""
    verdicts = ["met"] * met + ["not met"] * not_met + ["exempt"] * exempt
    verdicts += ["not applicable"] * (len(CRITERIA) - missing - len(verdicts))
    found = {n: Finding(v, "why") for n, v in zip(CRITERIA, verdicts, strict=False)}  # type: ignore[arg-type]
    return Audit(date(2026, 1, 31), "us", ("Accueil",), (), found)


def test_the_grid_is_that_of_the_law() -> None:
    assert (len(THEMES), len(CRITERIA)) == (13, 106)
    assert (CRITERIA[0], CRITERIA[9], CRITERIA[-1]) == ("1.1", "2.1", "13.12")


@pytest.mark.parametrize(
    ("audit", "rate", "state"),
    [
        (made(106), 100, "full"),
        (made(50), 100, "full"),
        (made(50, 1), 98, "partial"),
        (made(105, exempt=1), 99, "partial"),
        (made(53, 53), 50, "partial"),
        (made(52, 54), 49, "none"),
        (made(199, 1), 100, "full"),
        (made(0), 0, "none"),
        (made(105, missing=1), 100, "none"),
    ],
)
def test_the_state_is_a_rule(audit: Audit, rate: int, state: State) -> None:
    assert (audit.rate, audit.state(date(2026, 6, 1))) == (rate, state)


@pytest.mark.parametrize(
    ("day", "state"), [(date(2029, 1, 30), "full"), (date(2029, 1, 31), "none")]
)
def test_an_audit_holds_for_three_years(day: date, state: State) -> None:
    assert made(106).state(day) == state


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("on = ", "cannot be read"),
        (HEAD + "\nother = 1", "other"),
        (HEAD.replace("2026-01-31", '"soon"'), "on"),
        (HEAD.replace("Un cabinet", " "), "by whom"),
        (HEAD + '[criteria]\n"14.1" = { verdict = "met" }', "no criterion “14.1”"),
        (HEAD + '[criteria]\n"1.1" = { verdict = "fine" }', "fine"),
        (HEAD + '[criteria]\n"1.1" = { verdict = "not met" }', "criterion 1.1"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_by_its_name(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured, match=FILE) as refused:
        load_audit(tmp_path)
    assert said in str(refused.value)


def test_the_ledger_to_fill_in_is_read_once_it_is_filled_in(tmp_path: Path) -> None:
    file = tmp_path / FILE
    filled = empty_ledger().replace('by = ""', 'by = "nous"').replace('# "', '"')
    file.write_text(filled, encoding="utf-8")
    audit = load_audit(tmp_path)
    assert audit is not None
    assert (audit.missing, audit.rate) == (0, 100)


@pytest.mark.parametrize("database", ["sqlite"])
class TestTheSiteSaysSo:
    """The page, the foot of each page, the ledger, the administrators' page."""

    @pytest.fixture
    def audited(
        self,
        site: Site,
        clock: FrozenClock,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Audited:
        def audited(criteria: str) -> Site:
            (tmp_path / FILE).write_text(HEAD + criteria, encoding="utf-8")
            started = Flask("eak_core")
            init_duties(started, load(tmp_path))
            # The site itself is lent, and started without.
            name = "eak_accessibility"
            monkeypatch.setitem(site.app.extensions, name, started.extensions[name])
            return site

        return audited

    def test_what_is_not_met_is_listed_and_the_foot_of_each_page_says_the_state(
        self, audited: Audited
    ) -> None:
        verdicts = [f'"{n}" = {{ verdict = "met" }}' for n in CRITERIA[1:]]
        verdicts.append(f'"1.1" = {{ verdict = "not met", note = "{NOTE}" }}')
        site = audited("[criteria]\n" + "\n".join(verdicts))
        browser = site.browser()
        page = browser.get("/accessibilite").text
        assert "partiellement conforme" in page
        assert "99\u202f%" in page
        assert NOTE not in page
        assert "Une image &lt;b&gt;sans&lt;/b&gt; texte" in page
        assert "Accessibilité\u202f: partiellement conforme" in browser.get("/contact").text
        ledger = browser.get("/accessibilite.csv?lang=fr").text.splitlines()
        assert len(ledger) == 1 + len(CRITERIA)
        assert NOTE in ledger[1]

    def test_an_audit_under_way_declares_nothing_and_says_what_is_missing(
        self, audited: Audited
    ) -> None:
        site = audited('[criteria]\n"1.1" = { verdict = "met" }')
        page = site.browser().get("/accessibilite?lang=en").text
        assert "not compliant" in page
        assert "105 criteria out of 106" in page
        desk = signed_in(site, site.people.administrator).get("/admin/obligations?lang=en").text
        assert "105 criteria out of 106 are still to be examined" in desk

    def test_without_an_audit_the_ledger_to_fill_in_is_there(self, site: Site) -> None:
        assert site.browser().get("/accessibilite.csv").status_code == 404
        desk = signed_in(site, site.people.administrator)
        assert (
            "106 criteria are still to be examined" in desk.get("/admin/obligations?lang=en").text
        )
        answer = desk.get("/admin/obligations/accessibility.toml")
        assert answer.text == empty_ledger()
        assert FILE in answer.headers["Content-Disposition"]
        assert site.browser().get("/admin/obligations/accessibility.toml").status_code != 200
