"""What forms refuse, what they keep, and how they are shown."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DecimalField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from eak_core.errors import Conflict, Invalid, TooMany
from eak_core.web.forms import Form

PAGE = """{% from "macros/forms.html" import error_summary, post_form, field, submit %}
{{ error_summary(form) }}{% call post_form(form) %}
{% for each in form if each.type != "CSRFTokenField" %}{{ field(each) }}{% endfor %}
{{ submit("Send") }}{% endcall %}"""


class Proposal(Form):
    title = StringField("Titre", [InputRequired(), Length(max=40)], description="Une phrase.")
    text = TextAreaField("Texte", [Optional(), Length(max=100)])
    password = PasswordField("Mot de passe", [Optional(), Length(max=40)])
    count = IntegerField("Nombre", [Optional()])
    weight = DecimalField("Poids", [Optional()])
    place = SelectField("Commune", [Optional()], choices=[("", "–"), ("a", "Antony")])
    public = RadioField("Pour qui", [Optional()], choices=[("a", "Tous"), ("b", "Agents")])
    agree = BooleanField("D’accord")


@pytest.fixture(autouse=True)
def in_request(site: Flask) -> Iterator[None]:
    with site.test_request_context("/"):
        yield


def sent(**values: Any) -> Proposal:
    form = Proposal(formdata=MultiDict({"title": "Un titre", **values}), meta={"csrf": False})
    form.validate()
    return form


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\x9b", "\ufffe"])
def test_a_control_character_is_refused_and_the_text_shown_again_without_it(
    character: str,
) -> None:
    form = sent(title=f"Un{character} toit", text=f"de{character}ux")
    assert form.title.data == "Un toit"
    assert form.text.data == "deux"
    assert form.errors.keys() == {"title", "text"}


@pytest.mark.parametrize(
    "character", list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
def test_a_single_line_refuses_to_turn_the_direction_of_writing(character: str) -> None:
    form = sent(title=f"Un {character}toit", text=f"un {character}texte")
    assert form.errors.keys() == {"title"}
    assert form.title.data == "Un toit"


def test_texts_are_trimmed_composed_and_have_one_kind_of_line_break() -> None:
    form = sent(title="  E\u0301cole \n du toit ", text=" un\r\ndeux\rtrois\n ")
    assert not form.errors
    assert form.title.data == "\u00c9cole   du toit"
    assert form.text.data == "un\ndeux\ntrois"


@pytest.mark.parametrize("text", ["\u200b", "\u3164", "\u2800\u00ad", " \u2060\ufeff"])
def test_a_text_that_shows_nothing_is_no_answer_where_one_is_needed(text: str) -> None:
    form = sent(title=text, text=text)
    assert form.errors.keys() == {"title"}
    assert (form.title.data, form.text.data) == ("", "")


def test_emoji_and_other_scripts_are_welcome() -> None:
    title = "Jardin 🌱 حديقة 庭園 👩‍🌾"
    form = sent(title=title)
    assert not form.errors
    assert form.title.data == title


def test_a_password_is_taken_as_it_is() -> None:
    assert sent(password="  deux  espaces ").password.data == "  deux  espaces "
    assert "password" in sent(password="a\0b").errors


@pytest.mark.parametrize("number", ["99999999999999999999", "-2147483648", "9" * 400])
def test_an_integer_that_fits_no_column_is_refused_and_kept(number: str) -> None:
    form = sent(count=number)
    assert "count" in form.errors
    assert number in str(form.count())


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1e999999"])
def test_a_decimal_that_is_no_number_is_refused(number: str) -> None:
    assert "weight" in sent(weight=number).errors
    assert sent(weight="2.5").weight.data == Decimal("2.5")


def test_a_text_too_long_is_refused_and_kept_whole() -> None:
    form = sent(text="x" * 101)
    assert "text" in form.errors
    assert "x" * 101 in render_template_string(PAGE, form=form)


def test_a_text_field_without_a_greatest_length_cannot_be_declared() -> None:
    class Endless(Form):
        title = StringField("Titre")

    with pytest.raises(TypeError, match=r"Endless\.title"):
        Endless(meta={"csrf": False})


def test_a_number_sent_in_place_of_a_choice_is_refused() -> None:
    assert "place" in sent(place="9999").errors


def test_errors_of_the_domain_stand_at_their_fields_or_above_the_form() -> None:
    form = sent()
    form.add_errors({"title": "Déjà pris.", "unknown": "Trop tard."})
    page = render_template_string(PAGE, form=form)
    assert form.title.errors == ["Déjà pris."]
    assert form.form_errors == ["Trop tard."]
    assert "Trop tard." in page
    assert 'id="title-error"' in page


def test_a_refusal_decides_on_the_status_of_the_page_that_shows_the_form_again() -> None:
    assert sent().answer_status == 200
    wrong = sent(place="9999")
    assert not wrong.validate()
    assert wrong.answer_status == 422
    for refusal in (Invalid("No.", {"title": "Taken."}), Conflict("Too late."), TooMany("Slowly.")):
        form = sent()
        assert form.refuse(refusal) == form.answer_status == refusal.status


def test_every_field_has_a_label_and_its_hint_and_error_are_tied_to_it() -> None:
    form = sent(title="", text="x" * 101, public="z")
    page = render_template_string(PAGE, form=form)
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    for control in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
        if 'type="hidden"' in control:
            continue
        name = re.search(r'\bid="([^"]+)"', control)
        assert name, control
        assert f'for="{name[1]}"' in page, control
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        assert set(described.split()) <= ids
    title = re.search(r'<input[^>]*name="title"[^>]*>', page)
    assert title
    assert 'aria-describedby="title-hint title-error"' in title[0]
    assert 'aria-invalid="true"' in title[0]


def test_the_summary_takes_the_focus_and_links_to_each_field_in_error() -> None:
    page = render_template_string(PAGE, form=sent(title="", public="z"))
    summary = page.partition("<form")[0]
    assert 'role="alert"' in summary
    assert "autofocus" in summary
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    links = re.findall(r'href="#([^"]+)"', summary)
    assert links == ["title", "public-0"]
    assert set(links) <= ids


def test_no_summary_is_shown_where_nothing_is_wrong() -> None:
    assert "eak-error-summary" not in render_template_string(PAGE, form=sent())


def test_what_was_typed_is_escaped_when_it_is_shown_again() -> None:
    page = render_template_string(
        PAGE, form=sent(title='"><script>' + "x" * 40, text="</textarea><script>" + "x" * 100)
    )
    assert "<script>" not in page


def test_messages_of_wtforms_are_in_the_readers_language() -> None:
    assert sent(title="").title.errors == ["Ce champ est requis."]
    with force_locale("en"):
        assert sent(title="").title.errors == ["This field is required."]
