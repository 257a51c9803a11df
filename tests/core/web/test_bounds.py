"""What is sent is measured before it is normalised, matched, parsed or shown again."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask, request
from werkzeug.datastructures import MultiDict
from wtforms import DecimalField, Field, StringField

from eak_core.kit.testing.sites import Sites
from eak_core.search.words import folded
from eak_core.web import csrf, security, text
from eak_core.web.forms import Form
from eak_core.web.markdown import markdown
from eak_core.web.markdown_parser import MOST_CELLS, MOST_IMAGES
from eak_core.web.text import MOST_MARKS, clean_line, clean_lines, stream_safe
from eak_core.web.typed import FAR_TOO_LONG

URLENCODED = "application/x-www-form-urlencoded"
#: A megabyte each of what takes long to normalise, to match or to compare.
HOSTILE = {
    "marks": "e" + "\u0301" * 500_000,
    "marks of two kinds": "e" + "\u0301\u0323" * 250_000,
    "spaces": " " * 1_000_000 + "x",
    "letters": "a" * 1_000_000,
    "an address": "a@" + "a." * 500_000,
    "digits": "9" * 1_000_000,
    "controls": "\x01" * 1_000_000,
    "unseen": "\u200b" * 300_000,
}


def longest_run_of_marks(sent: str) -> int:
    runs = re.split("x+", "".join("m" if unicodedata.combining(char) else "x" for char in sent))
    return max(map(len, runs))


@pytest.fixture
def normalised(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that is handed to Unicode's normalisation."""
    seen: list[str] = []
    real = unicodedata.normalize

    def note(form: Any, sent: str) -> str:
        seen.append(sent)
        return real(form, sent)

    monkeypatch.setattr(unicodedata, "normalize", note)
    return seen


@pytest.mark.parametrize("clean", [clean_lines, clean_line, folded])
@pytest.mark.parametrize("name", ["marks", "marks of two kinds", "unseen"])
def test_no_more_marks_on_a_letter_are_put_in_order_than_any_language_needs(
    normalised: list[str], clean: Any, name: str
) -> None:
    """The order of marks takes time that grows with the square of their number."""
    clean(HOSTILE[name])
    assert normalised
    assert max(map(longest_run_of_marks, normalised)) <= MOST_MARKS


@pytest.mark.parametrize("length", [MOST_MARKS - 1, MOST_MARKS, MOST_MARKS + 1, 3 * MOST_MARKS])
def test_wherever_marks_are_stacked_the_first_of_them_stay(length: int) -> None:
    for start in range(2 * MOST_MARKS + 4):
        before, after = "é" * start, "e" * (start % 7)
        kept = "\u0301" * min(length, MOST_MARKS)
        assert stream_safe(before + "\u0301" * length + after) == before + kept + after


@pytest.mark.parametrize(
    "sent", ["Crème brûlée", "Việt Nam ở đâu", "क्षत्रिय", "👩‍👩‍👧‍👦 ❤️", "q\u0307\u0323", "שָׁלוֹם"]
)
def test_what_people_write_stays_as_it_is(sent: str) -> None:
    assert stream_safe(sent) == sent
    assert clean_lines(sent) == unicodedata.normalize("NFC", sent)


def forms() -> Iterator[type[Form]]:
    """Every form of the core and of the plugins."""
    waiting = [Form]
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        if "tests" not in each.__module__ and each is not Form:
            yield each


def fields_of(app: Flask, kind: type[Form]) -> list[Field]:
    with app.test_request_context():
        try:
            return list(kind(formdata=None, meta={"csrf": False}))
        except TypeError:  # made with what it is about
            return []


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_rule_of_any_form_looks_at_a_text_far_past_its_length(
    sites: Sites, normalised: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = sites.make().app
    looked: list[int] = []
    checked = 0
    for kind in forms():
        names = [field.name for field in fields_of(app, kind) if isinstance(field, StringField)]
        for name in names:
            for hostile in HOSTILE.values():
                with app.test_request_context(method="POST"):
                    normalised.clear()  # the form cleans what it is given as it is made
                    form = kind(formdata=MultiDict({name: hostile}), meta={"csrf": False})
                    field = form[name]
                    most = FAR_TOO_LONG * field.flags.maxlength

                    def spy(_form: Any, field: Any, most: int = most) -> None:
                        looked.append(len(field.data or "") - most)

                    first, *rest = field.validators
                    field.validators = (first, *([spy, *rest] if rest else [spy]))
                    assert not field.validate(form), (kind, name)
                    assert max(map(len, normalised), default=0) <= most
                    checked += 1
    assert checked > 100
    assert not [past for past in looked if past > 0]


@pytest.fixture
def shown(make_site: Any) -> Flask:
    site: Flask = make_site()

    @site.post("/form")
    def taken() -> str:
        return str(len(request.form))

    return site


@pytest.mark.parametrize("sent", ["a&" * 500_000, "&" * 500_000, "a=1&" * 250_000])
def test_fields_are_counted_before_they_are_parsed(
    shown: Flask, monkeypatch: pytest.MonkeyPatch, sent: str
) -> None:
    from werkzeug.formparser import FormDataParser

    def parsed(*_: Any) -> Any:
        raise AssertionError("it was parsed")

    monkeypatch.setattr(FormDataParser, "_parse_urlencoded", parsed)
    answer = shown.test_client().post("/form", data=sent, content_type=URLENCODED)
    assert answer.status_code == 413
    assert len(answer.data) < 20_000


def test_as_many_fields_as_a_long_ballot_has_are_taken(shown: Flask) -> None:
    shown.config["WTF_CSRF_ENABLED"] = False
    fields = {f"option-{number}": "1" for number in range(security.MOST_FIELDS - 10)}
    answer = shown.test_client().post("/form", data=fields)
    assert answer.text == str(len(fields))


def test_an_address_of_too_many_parts_is_refused(shown: Flask) -> None:
    assert shown.test_client().get("/static/x?" + "a&" * 20_000).status_code == 400


@pytest.mark.parametrize(
    "fields",
    [
        [("a", "")] * 4_000,
        [("a", "x y" * 1000)] * 300,
        [("<" * 1000, "é")] * 900,
        [("a", "&" * 900_000)],
    ],
)
def test_what_is_shown_again_without_a_token_is_bounded(
    shown: Flask, fields: list[tuple[str, str]]
) -> None:
    answer = shown.test_client().post(
        "/form",
        data=urlencode(fields)[:1_000_000],
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 400
    assert len(answer.data) < 10 * csrf.MOST_KEPT


def test_a_text_is_shown_again_by_no_name_of_the_machine(shown: Flask) -> None:
    answer = shown.test_client().post(
        "/form",
        data={"body": "Un abri\nsur le quai", "form_key": "1-2-3", "stance": "against"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 400
    assert "Un abri\nsur le quai" in answer.text
    labels = re.findall(r"<label[^>]*>([^<]*)</label>", answer.text)
    assert labels == ["Texte 1"]
    for name in ("form_key", "stance"):
        assert re.search(f'<input type="hidden" name="{name}"', answer.text), "sent again, unseen"
    assert "<button" in answer.text.partition("</main>")[0].partition("<form")[2]


TABLE = "|" + "a|" * 200 + "\n|" + "-|" * 200 + "\n" + "|\n" * 4_000
MANY = ("|a|b|c|\n|-|-|-|\n|x|\n|x|\n|x|\n\n") * 400


@pytest.mark.parametrize("source", [TABLE, MANY, "|a|\n|-|\n" + "|-|\n" * 5_000])
def test_the_cells_of_all_tables_of_a_text_are_bounded(source: str) -> None:
    html = markdown(source)
    assert html.count("<td>") + html.count("<th ") <= MOST_CELLS
    assert len(html) < 6 * len(source) + 4_000


def test_a_table_that_somebody_writes_is_one() -> None:
    html = markdown("Avant\n\n|a|b|\n|-|-|\n|1|2|\n|3|4|\n\nAprès")
    assert html.count("<td>") == 4


def test_what_is_past_the_bound_is_there_as_it_was_typed() -> None:
    html = markdown(f"|premier|\n|-|\n|x|\n\n{TABLE}")
    assert "<td>x</td>" in html
    assert "|a|a|a|" in html


@pytest.mark.parametrize(
    "source",
    ["> " * 10_000, "- " * 10_000, ("> " * 20 + "x\n\n") * 400, "1. \n" * 4_000, "<" * 20_000,
     "[a](b)" * 3_000, "**a** " * 3_000, "`a` " * 5_000, "---\n" * 5_000, "a  \n" * 5_000],
)  # fmt: skip
def test_html_stays_in_proportion_to_its_text(source: str) -> None:
    assert len(markdown(source)) <= 14 * len(source) + 10_000


def test_no_more_pictures_are_asked_for_than_a_text_needs() -> None:
    html = markdown("![plan](/static/plan.png)\n\n" * 300)
    assert html.count("<img ") == MOST_IMAGES
    assert html.count("<a ") == 300 - MOST_IMAGES


@pytest.mark.parametrize(
    "source",
    ["/idees.json", "/culture/idees.json", "/culture/idees.csv?pour=tableur", "/compte/deconnexion",
     "/static/../culture/idees.json", "/static/%2e%2e/culture", "/static/x.png?lang=en",
     "/culture/votes/resultats.svg", "/x.png", "/static/", "/static//evil.example/x"],
)  # fmt: skip
def test_a_page_is_no_picture(source: str) -> None:
    assert "<img" not in markdown(f"![x]({source})") or source == "/static/"


@pytest.mark.parametrize(
    "source",
    ["/static/img/emblem.svg", "/static/jardin/img/a-b_c.1.png", "/culture/votes/static/x.svg"],
)
def test_a_file_of_the_site_is_one(source: str) -> None:
    assert f'src="{source}"' in markdown(f"![x]({source})")


class Numbers(Form):
    amount = DecimalField("Amount")


def test_a_number_that_cannot_be_calculated_with_is_refused(shown: Flask) -> None:
    for typed in ("1e999999999", "-1e999999999", "NaN", "9" * 100_000):
        with shown.test_request_context(method="POST"):
            form = Numbers(formdata=MultiDict({"amount": typed}), meta={"csrf": False})
            assert not form.validate()
            assert form.amount.errors


def test_the_marks_of_a_text_are_looked_for_in_one_pass() -> None:
    """The expression has no two ways to match: it reads each character once."""
    assert text._stacked_marks().pattern.count("+") == 1
