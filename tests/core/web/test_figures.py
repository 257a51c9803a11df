"""Numbers, shares and amounts, as they stand in sentences."""

from flask import Flask

from eak_core.web import figures

NBSP, THIN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def test_figures_are_written_as_in_the_language_of_the_reader(site: Flask) -> None:
    with site.test_request_context("/?lang=fr"):
        assert figures.number(1_234_567) == f"1{THIN}234{THIN}567"
        assert figures.share(443, 1000) == f"44,3{THIN}%"
        assert figures.money(6100, "EUR") == f"6{THIN}100{NBSP}€"
        assert figures.money("61/3", "EUR") == f"20,34{NBSP}€"
    with site.test_request_context("/?lang=en"):
        assert figures.number(1_234_567) == "1,234,567"
        assert figures.share(443, 1000) == "44.3%"
        assert figures.money(6100, "EUR") == "€6,100"


def test_what_is_missing_is_rounded_up_and_what_is_left_is_rounded_down() -> None:
    assert figures.money("18299/3", "EUR") == "€6,100"
    assert figures.money("18299/3", "EUR", down=True) == "€6,099"
    assert figures.money("61/3", "EUR", down=True) == "€20.33"
    assert figures.money(40, "EUR") == "€40"


def test_a_share_short_of_a_half_never_reads_as_half() -> None:
    assert figures.share(49_999, 100_000) == "49.9%"
    assert figures.share(1, 2) == "50%"
    assert figures.share(1, 0) == "–"
