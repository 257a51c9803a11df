"""The check of translations finds what it says, and finds nothing here."""

from pathlib import Path

import pytest

from eak_core.kit.catalogues import main, missing_translations

ROOT = Path(__file__).parents[2]

SOURCE = """
from eak_core.i18n import _, ngettext

def texts(count):
    yield _("Good morning, %(name)s!", name="Ada")
    yield ngettext("%(num)s idea", "%(num)s ideas", count)
"""
TEMPLATE = '<h1>{{ _("Ideas") }}</h1>{% trans %}Welcome{% endtrans %}'
HEAD = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"""
GOOD = {
    "greeting": 'msgid "Good morning, %(name)s!"\nmsgstr "Bonjour %(name)s\u00a0!"\n',
    "plural": 'msgid "%(num)s idea"\nmsgid_plural "%(num)s ideas"\n'
    'msgstr[0] "%(num)s idée"\nmsgstr[1] "%(num)s idées"\n',
    "ideas": 'msgid "Ideas"\nmsgstr "Idées"\n',
    "welcome": 'msgid "Welcome"\nmsgstr "Bienvenue"\n',
}


def package(folder: Path, **changed: str) -> Path:
    where = folder / "eak_applause"
    catalogues = where / "translations" / "fr" / "LC_MESSAGES"
    catalogues.mkdir(parents=True)
    (where / "templates" / "applause").mkdir(parents=True)
    (where / "plugin.py").write_text(SOURCE)
    (where / "templates" / "applause" / "home.html").write_text(TEMPLATE)
    (catalogues / "messages.po").write_text(HEAD + "\n" + "\n".join((GOOD | changed).values()))
    return where


def test_a_complete_catalogue_has_no_fault(tmp_path: Path) -> None:
    assert missing_translations(package(tmp_path)) == []


@pytest.mark.parametrize(
    ("entry", "text", "said"),
    [
        ("ideas", "", "is not translated"),
        ("welcome", "", "is not translated"),
        ("plural", "", "is not translated"),
        ("ideas", 'msgid "Ideas"\nmsgstr ""\n', "has an empty translation"),
        ("ideas", '#, fuzzy\nmsgid "Ideas"\nmsgstr "Idées"\n', "fuzzy"),
        ("greeting", 'msgid "Good morning, %(name)s!"\nmsgstr "Bonjour %(nom)s"\n', "%(nom)s"),
        (
            "greeting",
            'msgid "Good morning, %(name)s!"\nmsgstr "Bonjour %(name)s !"\n',
            "not set as French",
        ),
        ("ideas", 'msgid "Ideas"\nmsgstr "L\'idée"\n', "not set as French"),
        ("more", 'msgid "Old"\nmsgstr "Vieux"\n', "used nowhere"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, entry: str, text: str, said: str) -> None:
    found = missing_translations(package(tmp_path, **{entry: text}))
    assert len(found) == 1, found
    assert said in found[0]


def test_one_and_several_may_be_told_with_different_words(tmp_path: Path) -> None:
    where = package(tmp_path)
    source = where / "more.py"
    source.write_text('ngettext("%(name)s alone", "%(num)s people", 2, name="Ada")')
    catalogue = where / "translations" / "fr" / "LC_MESSAGES" / "more.po"
    entry = (
        'msgid "%(name)s alone"\nmsgid_plural "%(num)s people"\n'
        'msgstr[0] "%(name)s seule"\nmsgstr[1] "%(num)s personnes"\n'
    )
    catalogue.write_text(HEAD + "\n" + entry)
    assert missing_translations(where) == []
    catalogue.write_text(HEAD + "\n" + entry.replace("%(name)s seule", "%(num)s seule"))
    (found,) = missing_translations(where)
    assert "other placeholders" in found


def test_two_catalogues_that_disagree_are_said(tmp_path: Path) -> None:
    where = package(tmp_path)
    other = where / "translations" / "fr" / "LC_MESSAGES" / "other.po"
    other.write_text(HEAD + '\nmsgid "Ideas"\nmsgstr "Propositions"\n')
    (found,) = missing_translations(where)
    assert "translated otherwise" in found


def test_every_text_of_the_tree_is_translated(capsys: pytest.CaptureFixture[str]) -> None:
    folders = [ROOT / "eak_core", *sorted((ROOT / "plugins").glob("*/"))]
    code = main(str(folder) for folder in folders)
    assert code == 0, capsys.readouterr().out
