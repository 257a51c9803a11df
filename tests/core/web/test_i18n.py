"""Languages, catalogues and dates."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask, render_template, render_template_string
from flask_babel import force_locale

import eak_core
from eak_core import clock
from eak_core.i18n import _, _l, lazy_ngettext
from eak_core.kit.catalogues import missing_translations, said_otherwise
from eak_core.web import figures, i18n
from eak_core.web.theme_templates import add_template_folder
from eak_core.web.words import catalogue_of, current_language

CORE = Path(eak_core.__file__).parent


def write_po(folder: Path, entries: str, name: str = "messages.po") -> Path:
    file = folder / "translations" / "fr" / "LC_MESSAGES" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
    )
    file.write_text(head + entries, encoding="utf-8")
    return folder / "translations"


def test_french_is_shown_to_whoever_chose_nothing_whatever_the_browser_prefers(
    site: Flask,
) -> None:
    response = site.test_client().get("/accessibilite", headers={"Accept-Language": "en"})
    assert '<html lang="fr">' in response.text
    assert "Set-Cookie" not in response.headers


def test_a_choice_of_language_is_kept(site: Flask) -> None:
    client = site.test_client()
    chosen = client.get("/accessibilite?lang=en")
    assert "Accessibility statement" in chosen.text
    assert "SameSite=Lax" in chosen.headers["Set-Cookie"]
    assert "Accessibility statement" in client.get("/accessibilite").text
    again = client.get("/accessibilite?lang=fr")
    assert "Déclaration d’accessibilité" in again.text, "the address before what was kept"
    assert "Déclaration d’accessibilité" in client.get("/accessibilite").text


def test_a_letter_has_a_language_of_its_own_and_the_page_around_it_the_readers(site: Flask) -> None:
    def said() -> tuple[str, str]:
        return current_language(), _("Search")

    with site.test_request_context("/"):
        for _time in range(2):
            assert said() == ("fr", "Rechercher")
            with force_locale("en"):
                assert said() == ("en", "Search")
    assert said() == ("fr", "Search"), "where no application runs"


@pytest.mark.parametrize("wanted", ["de", "", "../fr", "fr\r\nSet-Cookie: a=b", "EN", "fr_FR"])
def test_an_unknown_language_is_french_and_sets_no_cookie(site: Flask, wanted: str) -> None:
    response = site.test_client().get("/accessibilite", query_string={"lang": wanted})
    assert '<html lang="fr">' in response.text
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("value", ["de", "<script>", "fr; DROP"])
def test_an_unknown_language_in_the_cookie_is_french(site: Flask, value: str) -> None:
    client = site.test_client()
    client.set_cookie("eak_lang", value)
    assert '<html lang="fr">' in client.get("/accessibilite").text


@pytest.mark.parametrize("destination", ["image", "iframe", "empty", "script"])
def test_a_picture_of_somebody_else_chooses_no_language(site: Flask, destination: str) -> None:
    client = site.test_client()
    asked = client.get("/accessibilite?lang=en", headers={"Sec-Fetch-Dest": destination})
    assert "Set-Cookie" not in asked.headers
    asked = client.get("/accessibilite?lang=en", headers={"Sec-Fetch-Dest": "document"})
    assert "eak_lang=en" in asked.headers["Set-Cookie"]


def test_the_choice_of_language_keeps_the_page_and_its_filters(site: Flask) -> None:
    with site.test_request_context("/mentions-legales?q=toit%20vert&lang=fr"):
        french, english = i18n.languages()
    assert english.url == "/mentions-legales?q=toit+vert&lang=en"
    assert french.current
    assert not english.current
    assert english.name == "English"


def test_after_a_form_the_choice_of_language_leads_home(site: Flask) -> None:
    with site.test_request_context("/culture/idees/nouvelle", method="POST"):
        assert i18n.languages()[1].url == "/?lang=en"


PLUGIN = (
    'msgid "Applause"\nmsgstr "Applaudissements"\n\n'
    'msgid "Change nothing"\nmsgstr "Autre chose"\n\n'
    'msgid "%(num)s hand"\nmsgid_plural "%(num)s hands"\n'
    'msgstr[0] "%(num)s main"\nmsgstr[1] "%(num)s mains"\n'
)
SAYS = """
from eak_core.i18n import _, _l, lazy_ngettext, ngettext

NOTHING = _l("Change nothing")
TWO_HANDS = lazy_ngettext("%(num)s hand", "%(num)s hands", 2)


def say(message, **variables):
    return _(message, **variables)


def hands(number):
    return ngettext("%(num)s hand", "%(num)s hands", number)
"""


def speaker(name: str) -> ModuleType:
    """A module of this name that says something."""
    module = ModuleType(name)
    exec(SAYS, vars(module))  # noqa: S102  # it stands above
    return module


def test_a_plugin_speaks_with_its_own_words_and_the_core_with_its_own(
    site: Flask, tmp_path: Path
) -> None:
    catalogue_of(site).add("applause", "eak_applause", write_po(tmp_path, PLUGIN))
    catalogue_of(site).add("other", "eak_applause_more", None)
    plugin, deeper = speaker("eak_applause.plugin"), speaker("eak_applause.pages.views")
    other, core = speaker("eak_applause_more"), speaker("eak_core.web.somewhere")
    with site.test_request_context("/"):
        for module in (plugin, deeper):
            assert module.say("Applause") == "Applaudissements"
            assert [module.say("Change nothing"), str(module.NOTHING)] == ["Autre chose"] * 2
            assert [module.hands(n) for n in (0, 1, 2)] == ["0 main", "1 main", "2 mains"]
            assert str(module.TWO_HANDS) == "2 mains"
        assert [core.say("Change nothing"), str(core.NOTHING), _("Change nothing")] == [
            "Ne rien changer"
        ] * 3
        assert core.say("Applause") == "Applause"
        # What a plugin has not translated is shown as it is written, not in others' words.
        assert [other.say("Change nothing"), other.say("Applause")] == [
            "Change nothing",
            "Applause",
        ]
        with force_locale("en"):
            assert plugin.say("Applause") == "Applause"


def test_each_text_of_a_page_is_said_by_whoever_wrote_it(site: Flask, tmp_path: Path) -> None:
    catalogue_of(site).add("applause", "eak_applause", write_po(tmp_path, PLUGIN))
    folder = tmp_path / "templates"
    (folder / "applause").mkdir(parents=True)
    (folder / "applause" / "page.html").write_text(
        '{% extends "layout.html" %}{% block content %}'
        '<p>{{ _("Change nothing") }}|{% trans %}Change nothing{% endtrans %}|'
        '{{ gettext("Change nothing") }}</p>'
        '<p>{{ ngettext("%(num)s hand", "%(num)s hands", 2) }}|'
        "{% trans num=1 %}%(num)s hand{% pluralize %}%(num)s hands{% endtrans %}</p>"
        '<p>{{ _("%(what)s", what="<b>") }}</p>{% endblock %}'
    )
    add_template_folder(site, folder)
    with site.test_request_context("/"):
        page = render_template("applause/page.html")
    assert "<p>Autre chose|Autre chose|Autre chose</p>" in page
    assert "<p>2 mains|" in page
    assert "<p>&lt;b&gt;</p>" in page
    # The layout around it says it in the core's.
    assert "Aller au contenu" in page


def test_what_two_packages_translate_otherwise_is_told_and_not_wrong(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    write_po(here, 'msgid "Accepted"\nmsgstr "Acceptée"\n\nmsgid "Idea"\nmsgstr "Idée"\n')
    write_po(there, 'msgid "Accepted"\nmsgstr "Recevable"\n\nmsgid "Idea"\nmsgstr "Idée"\n')
    assert said_otherwise(here, there) == [
        "“Accepted” is “Acceptée” here and “Recevable” in there: each shows its own."
    ]


def test_a_catalogue_that_cannot_be_read_takes_no_other_words_away(
    site: Flask, tmp_path: Path
) -> None:
    broken = write_po(tmp_path, 'msgid "a\nmsgstr oops')
    catalogue_of(site).add("applause", "eak_applause", broken)
    with site.test_request_context("/"):
        assert speaker("eak_applause").say("Change nothing") == "Change nothing"
        assert _("Change nothing") == "Ne rien changer"


def test_dates_are_those_of_paris_in_winter_and_in_summer(site: Flask) -> None:
    with site.test_request_context("/"):
        assert i18n.date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "1er janvier 2027"
        assert i18n.datetime(datetime(2026, 7, 13, 22, 5, tzinfo=UTC)) == "14 juillet 2026 à 00:05"
        assert i18n.date(date(2026, 3, 12)) == "12 mars 2026"
        assert i18n.date(None) == ""
        assert figures.number(10000) == "10\u202f000"
        with force_locale("en"):
            assert figures.number(10000) == "10,000"


MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("first", "last", "french", "english"),
    [
        (None, None, "", ""),
        (MARCH, date(2026, 3, 31), "en mars", "in March"),
        (date(2028, 2, 1), date(2028, 2, 29), "en février 2028", "in February 2028"),
        (date(2028, 2, 1), date(2028, 2, 28), "du 1er février 2028 au 28 février 2028",
         "from 1 February 2028 to 28 February 2028"),
        (MARCH, date(2026, 6, 5), "du 1er mars au 5 juin", "from 1 March to 5 June"),
        (date(2026, 12, 30), date(2027, 1, 2), "du 30 décembre 2026 au 2 janvier 2027",
         "from 30 December 2026 to 2 January 2027"),
        (MARCH, MARCH, "le 1er mars", "on 1 March"),
        (MARCH, None, "à partir du 1er mars", "from 1 March on"),
        (None, date(2027, 1, 31), "jusqu’au 31 janvier 2027", "until 31 January 2027"),
        (date(9999, 12, 1), date.max, "en décembre 9999", "in December 9999"),
    ],
)  # fmt: skip
def test_a_period_reads_in_the_middle_of_a_sentence(
    site: Flask, first: date | None, last: date | None, french: str, english: str
) -> None:
    with site.test_request_context("/"), clock.freeze(datetime(2026, 3, 12, tzinfo=UTC)):
        assert i18n.period(first, last) == french
        with force_locale("en"):
            assert i18n.period(first, last) == english


def test_the_year_that_a_period_leaves_out_is_that_of_paris(site: Flask) -> None:
    midnight = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    with site.test_request_context("/"), clock.freeze(midnight):
        assert i18n.period(None, date(2027, 1, 31)) == "jusqu’au 31 janvier"
        assert i18n.period(None, date(2026, 12, 31)) == "jusqu’au 31 décembre 2026"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 3, 12, 22, 59, tzinfo=UTC), "aujourd’hui"),
        (datetime(2026, 3, 12, 23, 0, tzinfo=UTC), "hier"),
        (datetime(2026, 3, 15, 12, 0, tzinfo=UTC), "il y a 3\u00a0jours"),
        (datetime(2026, 5, 15, 12, 0, tzinfo=UTC), "12 mars 2026"),
    ],
)
def test_how_long_ago_is_told_in_days(site: Flask, now: datetime, words: str) -> None:
    instant = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
    with site.test_request_context("/"), clock.freeze(now):
        told = i18n.ago(instant)
    assert told == (
        f'<time datetime="2026-03-12T12:00:00+00:00" title="12 mars 2026 à 13:00">{words}</time>'
    )


def test_every_text_of_the_shared_room_is_translated() -> None:
    ours = ("eak_core/web/", "eak_core/errors.py", "eak_core/templates/layout", "/macros/")
    problems = missing_translations(CORE)
    assert [problem for problem in problems if any(place in problem for place in ours)] == []


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("", "is not translated"),
        ('msgid "Hello %(name)s!"\nmsgstr ""\n', "has an empty translation"),
        ('#, fuzzy\nmsgid "Hello %(name)s!"\nmsgstr "Bonjour %(name)s\u00a0!"\n', "fuzzy"),
        ('msgid "Hello %(name)s!"\nmsgstr "Bonjour %(nom)s\u00a0!"\n', "other placeholders"),
        ('msgid "Hello %(name)s!"\nmsgstr "Bonjour\u00a0!"\n', "other placeholders"),
        ('msgid "Hello %(name)s!"\nmsgstr "Bonjour %(name)s !"\n', "not set as French"),
        ('msgid "Hello %(name)s!"\nmsgstr "Salut l\'ami %(name)s"\n', "not set as French"),
        ('msgid "Hello %(name)s!"\nmsgstr "Bonjour %(name)s\u00a0!"\n', None),
    ],
)
def test_what_a_translation_lacks_is_said(
    tmp_path: Path, entry: str, complaint: str | None
) -> None:
    package = tmp_path / "eak_hello"
    package.mkdir()
    (package / "views.py").write_text('_("Hello %(name)s!", name="x")\n', encoding="utf-8")
    write_po(package, entry)
    problems = missing_translations(package)
    if complaint is None:
        assert problems == []
    else:
        assert len(problems) == 1
        assert problems[0].startswith("eak_hello/views.py:1: “Hello %(name)s!”")
        assert complaint in problems[0]


def test_texts_in_templates_are_looked_at_too(tmp_path: Path) -> None:
    package = tmp_path / "eak_hello"
    (package / "templates").mkdir(parents=True)
    (package / "templates" / "a.html").write_text(
        "{% trans %}\n  One\n  two\n{% endtrans %}{{ ngettext('%(num)s a', '%(num)s b', 2) }}",
        encoding="utf-8",
    )
    write_po(package, 'msgid "%(num)s a"\nmsgid_plural "%(num)s b"\nmsgstr[0] "un"\nmsgstr[1] ""\n')
    problems = missing_translations(package)
    assert [problem.partition(": ")[2] for problem in problems] == [
        "“One two” is not translated",
        "“%(num)s a” has an empty translation",
    ]


def test_what_is_filled_into_a_lazy_sentence_is_escaped(site: Flask) -> None:
    typed = "<b>Bees</b>"
    said = (_l("%(what)s", what=typed), lazy_ngettext("%(what)s", "%(what)s", 2, what=typed))
    with site.test_request_context("/"):
        for each in said:
            shown = render_template_string("<i>{{ it }}</i>", it=each)
            assert shown == "<i>&lt;b&gt;Bees&lt;/b&gt;</i>"
            assert str(each) == typed
