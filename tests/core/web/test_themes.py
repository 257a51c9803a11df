"""Themes: never mixed (T35), added while the site runs (T36), falling back (T37), shielded."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin

import brotli
import pytest
from flask import Flask, g, render_template, render_template_string
from jinja2 import TemplateNotFound

from eak_core.errors import Misconfigured
from eak_core.web.assets import theme_static
from eak_core.web.theme_templates import add_template_folder
from eak_core.web.themes import themes_of


@pytest.fixture
def themes(site: Flask, tmp_path: Path) -> Path:
    """The folder of the instance's themes, looked at again at each request."""
    themes_of(site).recheck = 0
    return tmp_path / "instance" / "themes"


def write_theme(folder: Path, name: str, files: dict[str, str], parent: str | None = None) -> None:
    theme = folder / name
    theme.mkdir(parents=True, exist_ok=True)
    lines = [f'title = "{name.title()}"', f'parent = "{parent}"' if parent else ""]
    (theme / "theme.toml").write_text("\n".join(lines), encoding="utf-8")
    for path, text in files.items():
        file = theme / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def shown(app: Flask, template: str, theme: str | None = None) -> str:
    with app.test_request_context("/"):
        if theme:
            g.theme = theme
        return render_template(template)


def test_a_template_is_compiled_once_for_a_theme_however_many_there_are(
    site: Flask, themes: Path, tmp_path: Path
) -> None:
    many = tmp_path / "templates" / "many"
    many.mkdir(parents=True)
    for number in range(250):
        (many / f"{number}.html").write_text(str(number), encoding="utf-8")
    add_template_folder(site, many.parent)
    found = []
    for _ in range(2):
        for theme in ("rouge", "bleu"):
            write_theme(themes, theme, {})
            with site.test_request_context("/"):
                g.theme = theme
                each = [f"many/{number}.html" for number in range(250)]
                found.append([site.jinja_env.get_template(name) for name in each])
    assert found[:2] == found[2:]
    assert found[0] != found[1]


def test_the_names_that_one_template_is_given_reach_no_other(site: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "named"
    folder.mkdir(parents=True)
    for name in ("given", "other"):
        (folder / f"{name}.html").write_text("{{ colour }}", encoding="utf-8")
    (folder / "page.html").write_text(
        '{% include "named/given.html" %}, {% import "named/macros.html" as macros %}'
        "{{ macros.paint() }}",
        encoding="utf-8",
    )
    (folder / "macros.html").write_text(
        "{% macro paint() %}{{ colour }}{% endmacro %}", encoding="utf-8"
    )
    add_template_folder(site, folder.parent)
    with site.test_request_context("/"):
        environment = site.jinja_env
        page = environment.get_template("named/page.html", globals={"colour": "red"})
        assert environment.get_template("named/given.html").render() == ""
        assert page.render() == "red, red"
        assert environment.get_template("named/given.html", globals={"colour": "blue"})
        assert environment.get_template("named/other.html").render() == ""
        assert "colour" not in environment.globals


def test_two_themes_in_one_process_are_never_mixed(site: Flask, themes: Path) -> None:
    for colour in ("rouge", "bleu"):
        write_theme(
            themes,
            colour,
            {
                "templates/page.html": '{% include "part.html" %}{% extends "frame.html" %}'
                "{% block middle %}{% endblock %}",
                "templates/frame.html": f"{colour}:{{% include 'part.html' %}}",
                "templates/part.html": f"[{colour}]",
            },
        )
    for _ in range(2):
        assert shown(site, "page.html", "rouge") == "[rouge]rouge:[rouge]"
        assert shown(site, "page.html", "bleu") == "[bleu]bleu:[bleu]"


def test_an_import_inside_a_theme_stays_in_that_theme(site: Flask, themes: Path) -> None:
    for colour in ("rouge", "bleu"):
        write_theme(
            themes,
            colour,
            {
                "templates/page.html": '{% from "macros.html" import say %}{{ say() }}',
                "templates/macros.html": f"{{% macro say() %}}{colour}{{% endmacro %}}",
            },
        )
    assert [shown(site, "page.html", c) for c in ("rouge", "bleu")] == ["rouge", "bleu"]


def test_a_theme_added_while_the_site_runs_is_shown_without_a_restart(
    site: Flask, themes: Path
) -> None:
    before = shown(site, "error.html", "neuf")
    assert "/static/t/jardin/" in before
    write_theme(themes, "neuf", {"templates/error.html": "neuf"})
    assert shown(site, "error.html", "neuf") == "neuf"


def test_a_file_added_to_a_theme_while_the_site_runs_is_shown(site: Flask, themes: Path) -> None:
    write_theme(themes, "neuf", {}, parent="jardin")
    assert "<!doctype html>" in shown(site, "error.html", "neuf")
    write_theme(themes, "neuf", {"templates/error.html": "changed"}, parent="jardin")
    assert shown(site, "error.html", "neuf") == "changed"


def test_what_a_theme_lacks_comes_from_its_parent_then_from_the_core(
    site: Flask, themes: Path
) -> None:
    write_theme(
        themes,
        "base",
        {"templates/a.html": "a of base", "templates/b.html": "b of base", "static/x.txt": "x"},
    )
    write_theme(themes, "fille", {"templates/a.html": "a of fille"}, parent="base")
    assert shown(site, "a.html", "fille") == "a of fille"
    assert shown(site, "b.html", "fille") == "b of base"
    assert "<!doctype html>" in shown(site, "error.html", "fille")
    with site.test_request_context("/"):
        g.theme = "fille"
        address = theme_static("x.txt")
    assert site.test_client().get(address).data == b"x"


def test_a_template_can_build_on_the_one_below_it_at_each_level(site: Flask, themes: Path) -> None:
    write_theme(themes, "base", {"templates/pages/filled.html": "base("})
    write_theme(
        themes,
        "milieu",
        {"templates/pages/filled.html": 'milieu({% include "~pages/filled.html" %}'},
        parent="base",
    )
    write_theme(
        themes,
        "fille",
        {"templates/pages/filled.html": 'fille({% include "~pages/filled.html" %}'},
        parent="milieu",
    )
    assert shown(site, "pages/filled.html", "fille") == "fille(milieu(base("


def test_parents_in_a_circle_are_cut(site: Flask, themes: Path) -> None:
    write_theme(themes, "un", {"templates/a.html": "un"}, parent="deux")
    write_theme(themes, "deux", {}, parent="un")
    assert shown(site, "a.html", "deux") == "un"


def test_an_unknown_theme_and_a_broken_one_give_way_to_the_default(
    site: Flask, themes: Path
) -> None:
    write_theme(themes, "casse", {"templates/error.html": "casse"})
    (themes / "casse" / "theme.toml").write_text("title = ", encoding="utf-8")
    for theme in ("inconnu", "casse", "../jardin", "jardin/../jardin", ""):
        assert "/static/t/jardin/" in shown(site, "error.html", theme)


def test_a_theme_cannot_replace_the_screens_of_the_administration(
    site: Flask, themes: Path
) -> None:
    write_theme(themes, "pirate", {"templates/admin/taken-over.html": "pirate"})
    with pytest.raises(TemplateNotFound):
        shown(site, "admin/taken-over.html", "pirate")


@pytest.mark.parametrize(
    "name",
    ["../theme.toml", "a/../../theme.toml", "/etc/passwd", "..", "~../theme.toml", "a\0.html"],
)
def test_a_template_outside_the_folders_is_not_found(site: Flask, themes: Path, name: str) -> None:
    write_theme(themes, "neuf", {"templates/a/x.html": ""})
    with pytest.raises(TemplateNotFound):
        shown(site, name, "neuf")


@pytest.mark.parametrize(
    "path", ["../theme.toml", "..%2ftheme.toml", "css/../../theme.toml", "%2e%2e/theme.toml", "%00"]
)
def test_a_static_file_outside_the_folders_is_not_found(site: Flask, path: str) -> None:
    response = site.test_client().get(f"/static/t/jardin/0/{path}")
    assert response.status_code in {400, 404}
    assert b"title" not in response.data.replace(b"<title>", b"").replace(b"</title>", b"")


def test_a_static_file_is_kept_for_ever_under_its_own_hash_only(site: Flask) -> None:
    with site.test_request_context("/"):
        address = theme_static("css/theme.css")
    client = site.test_client()
    right = client.get(address)
    assert right.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    wrong = client.get(re.sub(r"/[0-9a-f]{16}/", "/0000000000000000/", address))
    assert wrong.data == right.data
    assert wrong.headers["Cache-Control"] == "public, max-age=60"


def test_two_themes_have_other_addresses_for_the_same_path(site: Flask) -> None:
    addresses = set()
    for theme in ("jardin", "contraste"):
        with site.test_request_context("/"):
            g.theme = theme
            addresses.add(theme_static("css/theme.css"))
    client = site.test_client()
    assert len({client.get(address).data for address in addresses}) == 2


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_a_style_sheet_is_the_same_in_every_encoding(site: Flask, encoding: str) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[encoding]
    with site.test_request_context("/"):
        address = theme_static("css/page.css")
    plain = site.test_client().get(address, headers={"Accept-Encoding": "identity"})
    packed = site.test_client().get(address, headers={"Accept-Encoding": encoding})
    assert unpack(packed.data) == plain.data
    assert packed.headers.get("Content-Encoding") == (None if encoding == "identity" else encoding)


def test_a_plugin_brings_templates_under_its_own_name_and_themes_may_replace_them(
    site: Flask, themes: Path, tmp_path: Path
) -> None:
    own = tmp_path / "plugin" / "voting"
    own.mkdir(parents=True)
    (own / "ballot.html").write_text("plugin", encoding="utf-8")
    add_template_folder(site, tmp_path / "plugin")
    assert shown(site, "voting/ballot.html") == "plugin"
    write_theme(themes, "neuf", {"templates/voting/ballot.html": "neuf"})
    assert shown(site, "voting/ballot.html", "neuf") == "neuf"


def test_a_plugin_cannot_stand_in_for_templates_of_the_core(site: Flask, tmp_path: Path) -> None:
    (tmp_path / "plugin" / "macros").mkdir(parents=True)
    with pytest.raises(Misconfigured, match="already taken"):
        add_template_folder(site, tmp_path / "plugin")


def test_a_default_theme_that_does_not_exist_stops_the_start(
    make_site: Callable[..., Flask],
) -> None:
    with pytest.raises(Misconfigured, match="nulle-part"):
        make_site(default_theme="nulle-part")


def test_every_theme_that_comes_with_eak_says_what_it_is_in_both_languages(site: Flask) -> None:
    found = themes_of(site).all()
    assert {theme.name for theme in found} >= {"jardin", "contraste", "planete"}
    for theme in found:
        assert theme.title("fr")
        assert theme.title("en")
        assert theme.title("fr") != theme.title("en")
        assert theme.summary("fr").endswith(".")


def test_a_default_theme_that_vanishes_while_the_site_runs_leaves_its_pages(
    site: Flask, themes: Path
) -> None:
    site.extensions["eak_default_theme"] = "partie.indigo"
    assert "<!doctype html>" in shown(site, "error.html", "inconnu")


def test_a_variant_shares_the_files_of_its_theme_and_is_said_on_the_page(site: Flask) -> None:
    plain = shown(site, "error.html", "jardin")
    assert "data-variant" not in plain
    varied = shown(site, "error.html", "jardin.indigo")
    assert varied == re.sub("<html[^>]*", r'\g<0> data-variant="indigo"', plain)
    for unknown in ("jardin.inconnu", "jardin.", "jardin.indigo.indigo", 'jardin." onload="'):
        assert shown(site, "error.html", unknown) == plain
    assert "/static/t/jardin/" in shown(site, "error.html", "inconnu.indigo")


def test_another_service_is_told_of_in_its_variant_where_this_theme_has_it(site: Flask) -> None:
    page = "{{ theme_variant(there) }}"
    for here, there, found in (
        ("jardin", "jardin.ocre", "ocre"),
        ("jardin.indigo", "jardin", ""),
        ("jardin.indigo", None, ""),
        ("contraste", "jardin.ocre", ""),
        ("jardin.indigo", "contraste.indigo", ""),
    ):
        with site.test_request_context("/"):
            g.theme = here
            assert render_template_string(page, there=SimpleNamespace(theme=there)) == found


def test_every_variant_has_its_colours_by_day_and_night_and_its_picture(site: Flask) -> None:
    client = site.test_client()
    for theme in themes_of(site).all():
        with site.test_request_context("/"):
            g.theme = theme.name
            sheet = theme_static("css/theme.css")
        text = client.get(sheet).text
        assert len(dict(theme.choices("en"))) == 1 + len(theme.variants)
        for name, titles in theme.variants.items():
            assert text.count(f'[data-variant="{name}"]') == 2, "by day, and by night"
            assert titles["fr"] != titles["en"]
        for picture in re.findall(r'url\("(\.\./img/[^"]+)"\)', text):
            assert client.get(urljoin(sheet, picture)).mimetype == "image/svg+xml"


def test_no_name_that_the_layout_uses_covers_what_a_page_is_given(site: Flask) -> None:
    page = "{% extends 'layout.html' %}{% block content %}{{ entries }} {{ assets }}{% endblock %}"
    place = SimpleNamespace(name="Culture", slug="culture", audience="public", archived_at=None)
    with site.test_request_context("/"):
        text = render_template_string(page, service=place, entries="ours", assets="too")
    assert "ours too" in text


def test_the_fonts_that_style_sheets_name_are_there_light_and_kept_for_ever(site: Flask) -> None:
    client = site.test_client()
    with site.test_request_context("/"):
        sheet = theme_static("css/theme.css")
    named = re.findall(r'url\("(\.\./fonts/[^"]+)"\)', client.get(sheet).text)
    assert len(named) == 2
    weight = 0
    for each in named:
        answer = client.get(urljoin(sheet, each))
        assert answer.status_code == 200, f"{each} is not made: see hatch_build.py"
        assert answer.mimetype == "font/woff2"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        weight += len(answer.data)
    assert weight < 80_000
