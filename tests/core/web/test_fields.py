"""The kinds of fields that WTForms does not have."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import SelectChoice

from eak_core.web.fields import CheckboxesField, InstantField, Needed
from eak_core.web.forms import Form


class Meeting(Form):
    begins = InstantField("Beginning", [Needed()])
    rooms = CheckboxesField(
        "Rooms", choices=[SelectChoice("a", "Atelier"), SelectChoice("b", "Bureau")]
    )


@pytest.fixture(autouse=True)
def in_request(site: Flask) -> Iterator[None]:
    with site.test_request_context("/"):
        yield


def sent(begins: str) -> Meeting:
    form = Meeting(formdata=MultiDict({"begins": begins}), meta={"csrf": False})
    form.validate()
    return form


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-03-02T09:00", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-07-02T09:00:00", datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (" 2026-07-02 09:00 ", datetime(2026, 7, 2, 7, tzinfo=UTC)),
        ("29/03/2026 03:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-10-25T01:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25T03:00", datetime(2026, 10, 25, 2, tzinfo=UTC)),
    ],
)
def test_an_hour_of_paris_is_kept_as_an_instant_in_utc(typed: str, utc: datetime) -> None:
    form = sent(typed)
    assert not form.begins.errors
    assert form.begins.data == utc


def test_an_instant_is_shown_as_clocks_in_paris_show_it() -> None:
    winter = Meeting(data={"begins": datetime(2026, 3, 2, 8, tzinfo=UTC)}, meta={"csrf": False})
    summer = Meeting(data={"begins": datetime(2026, 7, 2, 7, tzinfo=UTC)}, meta={"csrf": False})
    assert 'value="2026-03-02T09:00"' in winter.begins()
    assert 'value="2026-07-02T09:00"' in summer.begins()
    assert 'type="datetime-local"' in winter.begins()
    assert 'value=""' in Meeting(meta={"csrf": False}).begins()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-03-29T02:30", "02:30 n’existe pas cette nuit-là"),
        ("2026-10-25T02:30", "02:30 revient deux fois cette nuit-là"),
        ("demain", "Donnez un jour et une heure"),
        ("0001-01-01T00:00", "Donnez un jour et une heure"),
        ("2026-02-30T10:00", "Donnez un jour et une heure"),
    ],
)
def test_what_is_no_instant_is_refused_and_shown_again(typed: str, sentence: str) -> None:
    with force_locale("fr"):
        form = sent(typed)
        [error] = form.begins.errors
        assert sentence in error
        assert form.begins.data is None
        assert f'value="{typed}"' in form.begins()


def test_an_empty_instant_is_none_and_a_needed_field_says_nothing_of_it() -> None:
    form = sent("")
    assert form.errors == {}
    assert form.begins.data is None
    assert form.begins.flags.required


def test_each_of_several_choices_has_a_box_of_its_own() -> None:
    html = Meeting(meta={"csrf": False}).rooms()
    assert html.count('type="checkbox"') == 2
