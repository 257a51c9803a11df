"""What pages link: one style sheet for their theme, one for the plugins that are on, and a part of
Bootstrap."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from eak_core.kit.inspection.sources import left_out_classes
from eak_core.kit.testing.site import Site
from eak_core.plugins.loading.host import PluginHost, get_host
from eak_core.web.assets import SHEETS
from eak_core.web.themes import themes_of
from hatch_build import CLASSES, cut_sheet

ROOT = Path(__file__).parents[2]
ONE = pytest.mark.parametrize("database", ["sqlite"])
LINK = re.compile(r'<link rel="stylesheet" href="([^"]+)">')


@pytest.fixture
def plugins() -> list[ModuleType | str]:
    return [f"eak_{name}.plugin" for name in ("discussion", "newsletter", "voting")]


def linked(site: Site, path: str) -> list[str]:
    page: Any = site.browser().get(path)
    assert page.status_code == 200
    return LINK.findall(page.text)


@ONE
def test_a_page_links_one_sheet_of_its_theme_and_one_of_all_plugins_that_are_on(site: Site) -> None:
    other = site.add_service("routes")
    for name in ("newsletter", "voting"):
        site.enable(name)
        site.enable(name, service=other)
    own, plugins = linked(site, "/culture/")
    assert linked(site, "/routes/") == [own, plugins], "all services share them"
    assert linked(site, "/") == [own]
    text = site.browser().get(own).text
    assert text.index("Bootstrap") < text.index(".eak-skip") < text.index("--eak-paper: ")
    answer = site.browser().get(plugins)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert ".vote-slip" in answer.text
    assert ".letter-acts" in answer.text
    assert ".discussion" not in answer.text
    site.disable("newsletter", service=other)
    _own, fewer = linked(site, "/routes/")
    assert fewer != plugins
    assert ".letter-acts" not in site.browser().get(fewer).text
    assert linked(site, "/culture/") == [own, plugins]


@ONE
def test_a_sheet_of_plugins_that_is_written_again_has_another_address(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes it: it is looked at again as often as themes are."""
    sheet = tmp_path / "voting.css"
    sheet.write_bytes(b".vote-slip { color: green; }")
    monkeypatch.setattr(PluginHost, "static_folder", lambda _host, _plugin: tmp_path)
    site.enable("voting")
    before = linked(site, "/culture/")[1]
    sheet.write_bytes(b".vote-slip { color: red; }")
    assert linked(site, "/culture/")[1] == before, "not for each page"
    themes_of(site.app).recheck = 0
    after = linked(site, "/culture/")[1]
    assert after != before
    assert site.browser().get(after).text == ".vote-slip { color: red; }"


def test_no_file_is_served_that_no_page_asks_for() -> None:
    """What an editor or a merge leaves beside a sheet would be served, and counted by nobody."""
    kinds = {".css", ".js", ".svg", ".webp", ".png", ".woff2", ".txt"}
    served = [
        file
        for folder in (*ROOT.glob("eak_core/static"), *ROOT.glob("themes/*/static"),
                       *ROOT.glob("plugins/*/eak_*/static"))
        for file in folder.rglob("*")
        if file.is_file()
    ]  # fmt: skip
    assert len(served) > 20
    assert [file for file in served if file.suffix not in kinds] == []
    sheets = {file.name for file in served if file.parent == ROOT / "eak_core" / "static" / "css"}
    templates = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "eak_core/templates").rglob("*.html")
    )
    alone = {name for name in sheets if f"'css/{name}'" in templates}
    assert sheets - alone == {Path(path).name for path in SHEETS}


@ONE
def test_a_sheet_is_asked_for_as_pages_do_and_in_no_other_way(site: Site) -> None:
    site.enable("voting")
    site.enable("newsletter")
    plugins = linked(site, "/culture/")[1]
    assert plugins.endswith("/newsletter.voting.css")
    client = site.browser()
    for names in (
        "voting.newsletter",
        "voting.voting",
        "nowhere",
        "voting.nowhere",
        ".",
        "voting.",
    ):
        address = plugins.replace("newsletter.voting", names)
        assert client.get(address).status_code == 404, names
    stale = client.get(plugins.replace(plugins.split("/")[3], "0" * 16))
    assert stale.headers["Cache-Control"] == "public, max-age=60"


@ONE
def test_files_of_a_plugin_are_found_below_its_static_folder_alone(site: Site) -> None:
    with site.app.test_request_context("/"):
        static = site.app.jinja_env.globals["plugin_static"]
        script = static("voting", "voting.js")
        for plugin, path in (("voting", "none.css"), ("voting", "../plugin.py"), ("none", "a.css")):
            with pytest.raises(FileNotFoundError):
                static(plugin, path)
        assert get_host().static_folder("none") is None
    answer = site.browser().get(script)
    assert answer.mimetype in ("text/javascript", "application/javascript")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("../plugin.py", "%2e%2e/plugin.py", "..%2fplugin.py", "/etc/passwd", "%00"):
        address = script.replace("voting.js", path)
        assert site.browser().get(address).status_code in (308, 400, 404), path


def test_the_cut_keeps_plain_elements_and_the_named_classes() -> None:
    sheet = (
        "/*! licence */.btn,.card,a{color:red}/* other */.btn.card{x:y}.btn:not(.card)>p{margin:0}"
        "@media print{.card{x:y}.btn-lg,.row{x:z}}@media screen{.row{x:y}}"
        "@keyframes turn{to{x:y}}.btn:where(.card,.row) b{x:y}@supports (x:y){a{x:y}}"
    )
    assert cut_sheet(sheet, frozenset({"btn", "btn-lg"})) == (
        "/*! licence */.btn,a{color:red}.btn:not(.card)>p{margin:0}"
        "@media print{.btn-lg{x:z}}@supports (x:y){a{x:y}}"
    )


def test_pages_get_each_class_of_bootstrap_that_they_use() -> None:
    sheet = (ROOT / "eak_core" / "static" / "css" / "bootstrap.css").read_text(encoding="utf-8")
    assert all(re.search(rf"\.{name}\b", sheet) for name in CLASSES)
    assert left_out_classes(ROOT / "eak_core") == []
    packages = [*ROOT.glob("plugins/*/eak_*")]
    assert packages
    assert [left_out_classes(package) for package in packages] == [[]] * len(packages)
