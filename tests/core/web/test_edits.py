"""Forms that change what somebody else may change meanwhile: nobody's text is lost."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from eak_core.errors import Conflict
from eak_core.web.edits import EditForm, ensure_unchanged
from eak_core.web.fields import CheckboxesField

NOW = {"name": "Hall", "text": "One.\nTwo.", "places": 3, "kind": "place", "where": ["b", "a"]}


class ThingForm(EditForm):
    """One field of each kind."""

    name = StringField("Name", [Length(max=20)])
    text = TextAreaField("Text", [Length(max=200)])
    places = IntegerField("Places", [Optional()])
    kind = RadioField(
        "Kind", choices=[SelectChoice("place", "A place"), SelectChoice("tool", "A tool")]
    )
    where = CheckboxesField(
        "Where", choices=[SelectChoice("a", "Antony"), SelectChoice("b", "Bagneux")]
    )


def sent(app: Flask, shown: dict[str, Any] | None, **typed: Any) -> ThingForm:
    """The form as a browser sends it that was ``shown`` something, and where ``typed`` was
    changed."""
    with app.test_request_context("/"):
        form = ThingForm.showing(shown)
        values = {field.name: field.data for field in form if field.name != "csrf_token"} | typed
    data = MultiDict(
        (name, each)
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    )
    with app.test_request_context("/", method="POST", data=data):
        form = ThingForm.showing({"name": "read anew", "places": 9})
        _ = [field.data for field in form]
        return form


def refused(form: ThingForm, now: dict[str, Any]) -> dict[str, str]:
    """What stands beside the fields, once ``form`` is refused because ``now`` stands."""
    with pytest.raises(Conflict) as refusal:
        ensure_unchanged(form.seen.data, now)
    assert form.refuse(refusal.value) == 409
    return {field.name: field.stands_now for field in form if hasattr(field, "stands_now")}


@pytest.fixture
def app(site: Flask) -> Flask:
    return site


def test_what_stands_as_it_was_shown_is_written_in_whatever_order(app: Flask) -> None:
    form = sent(app, NOW, name="Barn")
    ensure_unchanged(form.seen.data, NOW)
    ensure_unchanged(form.seen.data, {**NOW, "where": ("a", "b"), "empty": None})
    ensure_unchanged(None, {**NOW, "name": "Nobody was shown it"})


def test_the_mark_holds_no_text(app: Flask) -> None:
    assert "Hall" not in (sent(app, NOW).seen.data or "")


@pytest.mark.parametrize("field", NOW)
def test_a_change_of_any_field_is_seen(app: Flask, field: str) -> None:
    changed = {**NOW, field: None}
    with pytest.raises(Conflict):
        ensure_unchanged(sent(app, NOW).seen.data, changed)
    with pytest.raises(Conflict):
        ensure_unchanged(sent(app, changed).seen.data, NOW)


def test_where_both_have_written_what_stands_is_shown_beside_what_was_typed(app: Flask) -> None:
    with app.test_request_context("/"):
        form = sent(app, NOW, name="Mine", kind="tool")
        beside = refused(form, {**NOW, "name": "Theirs", "kind": "place"})
        assert beside == {"name": "Theirs"}
        assert (form.name.data, form.kind.data) == ("Mine", "tool")
        assert form.name.errors
        assert not form.kind.errors


def test_what_this_person_has_not_touched_shows_what_stands_now(app: Flask) -> None:
    with app.test_request_context("/"):
        form = sent(app, NOW, name="Mine")
        now = {**NOW, "text": "Theirs.", "places": 4, "kind": "tool", "where": []}
        assert refused(form, now) == {}
        assert form.name.data == "Mine"
        assert (form.text.data, form.places.data, form.kind.data) == ("Theirs.", 4, "tool")
        assert not form.where.data
        assert 'value="4"' in form.places()
        # Sent again as it stands, it is written.
        ensure_unchanged(form.seen.data, now)


def test_lists_and_choices_are_shown_in_words(app: Flask) -> None:
    with app.test_request_context("/"):
        form = sent(app, NOW, where=["a"], kind="tool", text="")
        beside = refused(form, {**NOW, "where": ["b"], "text": "Other."})
        assert beside == {"where": "Bagneux", "text": "Other."}


@pytest.mark.parametrize("seen", ["", "x", "name:", "::: :", "name:abc name:def", "é" * 900])
def test_a_mark_that_is_none_is_no_leave_to_write(app: Flask, seen: str) -> None:
    with app.test_request_context("/"):
        form = sent(app, NOW, name="Mine", seen=seen)
        assert refused(form, NOW)["name"] == "Hall"
        assert form.name.data == "Mine"


def test_the_form_of_something_new_has_seen_nothing(app: Flask) -> None:
    with app.test_request_context("/"):
        form = ThingForm.showing(None)
        assert not form.seen.data
