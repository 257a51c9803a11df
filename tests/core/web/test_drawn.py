"""Parts of pages that are drawn once and shown again, and what else a list draws once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import wtforms
from flask import Flask, g
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice

from eak_core.i18n import _l
from eak_core.web.drawn import Drawn, draw, drawn, init_drawn
from eak_core.web.fields import SelectField
from eak_core.web.queries import QueryForm
from eak_core.web.theme_templates import add_template_folder
from eak_core.web.themes import themes_of
from tests.core.web.conftest import FakeService

PARTS = """
{% from "shop/inner.html" import inner %}
{% macro priced(name, price) %}{{ count() -}}
{{ _("Search") }} {{ inner(name) }} {{ price }}{% endmacro %}
{% macro greeting(name) %}{{ name }} for {{ g.reader }}{% endmacro %}
"""


@pytest.fixture
def drawings(site: Flask, tmp_path: Path) -> list[int]:
    """How often `priced` was drawn: an entry each time."""
    folder = tmp_path / "plugin"
    (folder / "shop").mkdir(parents=True)
    (folder / "shop" / "parts.html").write_text(PARTS, encoding="utf-8")
    (folder / "shop" / "inner.html").write_text(
        "{% macro inner(name) %}<b>{{ name }}</b>{% endmacro %}", encoding="utf-8"
    )
    add_template_folder(site, folder)
    made: list[int] = []

    def count() -> str:
        made.append(1)
        return ""

    site.jinja_env.globals["count"] = count
    return made


@contextmanager
def asked(
    site: Flask, path: str = "/", theme: str | None = None, **values: object
) -> Iterator[None]:
    with site.test_request_context(path):
        g.theme = theme
        for name, value in values.items():
            setattr(g, name, value)
        yield


def test_the_same_values_are_drawn_once_and_others_anew(site: Flask, drawings: list[int]) -> None:
    for _reader in range(3):
        with asked(site):
            show = drawn("shop/parts.html", "priced")
            assert show("<Tea>", 3) == Markup("Rechercher <b>&lt;Tea&gt;</b> 3")
    assert len(drawings) == 1
    with asked(site):
        assert drawn("shop/parts.html", "priced")("Tea", 4).endswith(" 4")
    assert len(drawings) == 2


def test_a_language_a_service_a_prefix_and_a_theme_have_their_own(
    site: Flask, drawings: list[int], tmp_path: Path
) -> None:
    theme = tmp_path / "instance" / "themes" / "neuf"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text('title = "Neuf"\n', encoding="utf-8")
    themes_of(site).recheck = 0

    def show() -> str:
        return drawn("shop/parts.html", "priced")("Tea", 3)

    with asked(site):
        french = show()
    with asked(site, "/?lang=en"):
        assert french == "Rechercher <b>Tea</b> 3" != show() == "Search <b>Tea</b> 3"
    with asked(site, service=FakeService(slug="routes")):
        show()
    with site.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/idees"}):
        show()
    with asked(site, theme="neuf"):
        show()
    assert len(drawings) == 5
    inner = theme / "templates" / "shop" / "inner.html"
    inner.parent.mkdir(parents=True)
    inner.write_text("{% macro inner(name) %}neuf {{ name }}{% endmacro %}", encoding="utf-8")
    # What a theme says anew is seen as its description says: when its theme.toml is written again.
    (theme / "theme.toml").write_text('title = "Neuf, encore"\n', encoding="utf-8")
    with asked(site, theme="neuf"):
        assert show() == "Rechercher neuf Tea 3"


def test_a_text_is_escaped_where_the_same_was_markup_before(
    site: Flask, drawings: list[int]
) -> None:
    with asked(site):
        show = drawn("shop/parts.html", "priced")
        assert show(Markup("<i>Tea</i>"), 3) == "Rechercher <b><i>Tea</i></b> 3"
        assert show("<i>Tea</i>", 3) == "Rechercher <b>&lt;i&gt;Tea&lt;/i&gt;</b> 3"


def test_what_can_change_is_no_value(site: Flask, drawings: list[int]) -> None:
    with asked(site), pytest.raises(TypeError):
        drawn("shop/parts.html", "priced")(["Tea"], 3)


def test_what_is_drawn_for_one_reader_is_not_kept(site: Flask, drawings: list[int]) -> None:
    for _reader in range(2):
        with asked(site):
            assert draw("shop/parts.html", "priced", "Tea", 3) == "Rechercher <b>Tea</b> 3"
    assert len(drawings) == 2


def test_under_test_a_part_that_depends_on_its_reader_fails(
    site: Flask, drawings: list[int]
) -> None:
    kept: Drawn = site.extensions["eak_drawn"]
    kept.checked = True
    with asked(site, reader="Ann"):
        assert drawn("shop/parts.html", "greeting")("Tea") == "Tea for Ann"
        assert drawn("shop/parts.html", "greeting")("Tea") == "Tea for Ann"
    with asked(site, reader="Bob"), pytest.raises(AssertionError, match="more than its arguments"):
        drawn("shop/parts.html", "greeting")("Tea")


def test_while_templates_are_written_nothing_is_kept(site: Flask, drawings: list[int]) -> None:
    site.config["EAK_DEVELOPMENT"] = True
    init_drawn(site)
    for _reader in range(2):
        with asked(site):
            drawn("shop/parts.html", "priced")("Tea", 3)
    assert len(drawings) == 2


class _Choosing(QueryForm):
    shade = SelectField("Shade")


@pytest.mark.parametrize("chosen", ["", "red", "<none>"])
def test_choices_of_a_list_are_written_as_wtforms_writes_them(site: Flask, chosen: str) -> None:
    for label in ("<b>R</b>", Markup("<b>R</b>")):
        with asked(site, f"/?shade={chosen}"):
            form = _Choosing()
            form.shade.choices = [
                SelectChoice("", _l("Search")),
                SelectChoice("red", label),
                SelectChoice("<none>", "<None>"),
            ]
            given = {"class": "form-select", "aria-invalid": "true", "aria-describedby": False}
            shown = form.shade(**given)
            assert shown == wtforms.widgets.Select()(form.shade, **given)
            assert ">Rechercher</option>" in shown


def test_what_only_wtforms_can_write_it_writes(site: Flask) -> None:
    with asked(site):
        form = _Choosing()
        for choices in (
            [SelectChoice("a", "A", optgroup="first"), SelectChoice("b", "B", optgroup="second")],
            [SelectChoice("a", "A", render_kw={"disabled": True})],
        ):
            form.shade.choices = choices
            assert form.shade() == wtforms.widgets.Select()(form.shade)
