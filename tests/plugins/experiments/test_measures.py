"""Figures of hypotheses: the rules of a table, and what is refused with which sentence."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from eak_core.api import read_log
from eak_core.errors import Forbidden, Invalid, Refused
from eak_core.kit.testing.site import Site
from eak_experiments.drafting.saving import today
from eak_experiments.events import StopReached
from eak_experiments.record import Alert
from eak_experiments.rules.condensing import condensed
from eak_experiments.rules.measure_files import read_day, read_measures
from eak_experiments.rules.stopping import reached
from eak_experiments.running import going_on, measuring, stops
from eak_experiments.running.measuring import measures_of
from tests.plugins.experiments.content import experiment, fixed, protocol, started

on_pages = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
START, NOW = date(2026, 3, 1), date(2026, 4, 30)


def _read(text: str, **units: str):
    return read_measures(text, units or {"h1": "%"}, START, NOW)


def test_a_table_is_read_as_spreadsheets_write_it() -> None:
    found = _read(
        "\ufeffDate;Hypothèse;Valeur;Unité;N;Groupe\r\n"
        "01/03/2026;h1;1 234,5;%;300;essai\r\n"
        ";;;;;\r\n"
        "2026-04-02;1;2.345,25;%;;comparaison\r\n"
        "01/03/2026;h1;1234,50;%;300;essai\r\n"
    )
    assert found.faults == []
    assert (found.doubled, found.empty) == (1, 1)
    assert [(each.day, each.arm, each.value, each.size) for each in found.rows] == [
        (START, "trial", Decimal("1234.5"), 300),
        (date(2026, 4, 2), "comparison", Decimal("2345.25"), None),
    ]
    assert _read("date,value\n2026-03-02,1.5\n").rows[0].hypothesis == "h1"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("28/02/2026;h1;1;%;", "before_start"), ("01/05/2026;h1;1;%;", "future"),
        ("30/02/2026;h1;1;%;", "no_day"), ("02/03/2026;h2;1;%;", "no_hypothesis"),
        ("02/03/2026;h1;x;%;", "no_figure"), ("02/03/2026;h1;;%;", "no_figure"),
        ("02/03/2026;h1;1;minutes;", "unit"), ("02/03/2026;h1;1;%;-3", "no_size"),
    ],
)  # fmt: skip
def test_each_line_that_cannot_be_is_told(line: str, code: str) -> None:
    found = _read(f"date;hypothese;valeur;unite;n\n{line}\n03/03/2026;h1;2;%;5\n")
    assert [(each.line, each.code) for each in found.faults] == [(2, code)]


def test_a_table_that_contradicts_itself_or_has_no_columns_is_refused() -> None:
    found = _read("date;valeur\n02/03/2026;1\n02/03/2026;2\n")
    assert [each.code for each in found.faults] == ["contradicts"]
    assert [each.code for each in _read("jour;n\n1;2").faults] == ["no_value_column"]
    assert [each.code for each in _read("").faults] == ["no_header"]
    two = _read("date;valeur\n", h1="%", h2="°C")
    assert [each.code for each in two.faults] == ["no_hypothesis_column"]


def test_days_are_read_in_french_and_in_order() -> None:
    assert read_day("29/02/2028") == date(2028, 2, 29)
    assert read_day("29/02/2027") is None
    assert read_day("3/4/2026") == date(2026, 4, 3)
    assert read_day("2026-4-3") == date(2026, 4, 3)
    assert read_day("13.04.2026") == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("value", "stop", "direction", "is_reached"),
    [
        (15, 15, "up", True), (16, 15, "up", False), (14, 15, "up", True),
        (15, 15, "down", True), (14, 15, "down", False), (16, 15, "down", True),
        (0, None, "up", False), (-1, 0, "up", True), (0, 0, "down", True),
    ],
)  # fmt: skip
def test_a_stop_threshold_is_reached_at_it_or_worse(value, stop, direction, is_reached) -> None:
    limit = None if stop is None else Decimal(stop)
    assert reached(Decimal(value), limit, direction) is is_reached


def test_very_many_figures_are_drawn_as_means() -> None:
    days = [(START + timedelta(days=n), Decimal(n)) for n in range(1_000)]
    few = condensed(days[:60])
    assert few.grain == "day"
    assert len(few.points) == 60
    weeks = condensed(days[:100])
    assert weeks.grain == "week"
    # The 1st of March 2026 is a Sunday: alone in its week.
    assert weeks.points[:2] == (
        (date(2026, 2, 23), Decimal(0)), (date(2026, 3, 2), Decimal(4)),
    )  # fmt: skip
    months = condensed(days)
    assert months.grain == "month"
    assert len(months.points) <= 60


@pytest.fixture
def here(site: Site, clock) -> Site:
    site.enable("experiments")
    return site


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_figure_that_cannot_be_is_refused_with_its_field(here: Site) -> None:
    manager, number = here.people.actor(here.people.manager), started(here)

    def enter(**values):
        given = {"hypothesis": "h1", "day": today(), "value": Decimal(40), "unit": "", **values}
        with here.writing() as session:
            measuring.measure(session, manager, here.service, experiment(session, number), **given)

    for field, value in (
        ("day", today() - timedelta(days=1)), ("day", today() + timedelta(days=1)), ("day", None),
        ("unit", "minutes"), ("value", None), ("hypothesis", "h9"), ("size", -1),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            enter(**{field: value})
        assert set(refusal.value.fields) == {field}
    enter(size=300)
    enter(size=300)  # the same again is no second one
    with pytest.raises(Invalid):
        enter(value=Decimal(41))
    with here.reading() as session:
        assert len(measures_of(session, experiment(session, number))) == 1


def test_only_the_team_enters_figures_and_only_while_it_runs(here: Site) -> None:
    agent, manager = (here.people.actor(p) for p in (here.people.agent, here.people.manager))
    number = started(here)
    waiting = fixed(here, protocol(today() + timedelta(days=9)))
    with here.writing() as session:
        with pytest.raises(Forbidden):
            measuring.measure_all(
                session, agent, here.service, experiment(session, number), "date;valeur\n"
            )
        with pytest.raises(Refused):
            measuring.measure_all(
                session, manager, here.service, experiment(session, waiting), "date;valeur\n"
            )


@on_pages
def test_a_table_is_taken_as_a_whole_or_not_at_all_and_stays_in_the_form(here: Site) -> None:
    number = started(here)
    client = here.browser()
    client.sign_in(here.people.manager)
    day = today().strftime("%d/%m/%Y")
    place = f"/culture/experimentations/{number}/mesures/importer"
    table = f"date;valeur\n{day};45,5\n{day};autre\n"
    wrong = client.submit(place, "importer", table=table)
    assert wrong.status_code == 422
    assert "ce n’est pas un chiffre (autre)" in wrong.text
    assert "autre" in wrong.text
    with here.reading() as session:
        assert not measures_of(session, experiment(session, number))
    client.submit(place, "importer", table=f"date;valeur\n{day};45,5\n;\n{day};45,5\n")
    page = client.read(f"/culture/experimentations/{number}").text
    assert "45,5" in page
    lines = client.get(f"/culture/experimentations/{number}/mesures.csv").text
    assert "45.5" in lines


@on_pages
def test_a_stop_threshold_alerts_once_and_waits_for_a_decision(here: Site, clock) -> None:
    manager, number = here.people.actor(here.people.manager), started(here)
    for value in (15, 12):
        with here.writing() as session:
            measuring.measure(
                session, manager, here.service, experiment(session, number), "h1", today(),
                Decimal(value), "",
            )  # fmt: skip
        clock.advance(days=1)
    here.drain()
    told = [each for each in here.sent if "seuil d’arrêt" in each.subject]
    assert len(told) == 1
    with here.reading() as session:
        reached = read_log(session, here.service.id, types=[StopReached])
        assert len(reached) == 1
    page = here.browser().read(f"/culture/experimentations/{number}").text
    assert "Un seuil d’arrêt a été atteint" in page
    with here.writing() as session:
        made = experiment(session, number)
        with pytest.raises(Invalid):
            stops.answer(session, manager, here.service, made, "h1", "go_on", "")
        decided = stops.answer(session, manager, here.service, made, "h1", "stop", "Unsafe.")
        going_on.carry_out(session, manager, made, decided, "Unsafe.")
    with here.reading() as session:
        assert experiment(session, number).stage == "evaluating"
        assert session.query(Alert).one().decision == "stop"


def test_a_figure_of_those_one_compares_with_stops_nothing(here: Site) -> None:
    manager, number = here.people.actor(here.people.manager), started(here)
    with here.writing() as session:
        measuring.measure(
            session, manager, here.service, experiment(session, number), "h1", today(),
            Decimal(5), "", None, "comparison",
        )  # fmt: skip
    with here.reading() as session:
        assert session.query(Alert).count() == 0


@on_pages
def test_a_thousand_figures_leave_the_page_small(here: Site, clock) -> None:
    day = today()
    plan = protocol(day, ends_on=day + timedelta(days=700))
    manager, number = here.people.actor(here.people.manager), started(here, plan)
    clock.advance(days=600)
    lines = "".join(
        f"{day + timedelta(days=n)};{40 + n % 9},5;{arm}\n"
        for n in range(500)
        for arm in ("essai", "comparaison")
    )
    with here.writing() as session:
        made = experiment(session, number)
        made.stage = "running"
        measuring.measure_all(session, manager, here.service, made, f"date;valeur;groupe\n{lines}")
    page = here.browser().get(f"/culture/experimentations/{number}")
    assert len(page.data) < 100_000
    assert "moyenne" in page.text
