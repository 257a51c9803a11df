"""Kinds of form fields that WTForms does not have."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import wtforms
from markupsafe import Markup, escape
from wtforms import Field, SelectMultipleField
from wtforms.fields.choices import Choice
from wtforms.widgets import CheckboxInput, DateTimeLocalInput, ListWidget, html_params

from eak_core.calendar import PARIS
from eak_core.i18n import _
from eak_core.web.i18n import in_paris

#: What browsers send, what people type where a browser offers no calendar.
_LONGEST = 40
_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M")


class CheckboxesField(SelectMultipleField):  # type: ignore[misc]  # WTForms ships no types
    """Several choices, each with its own box: no key to hold down, readable on a phone."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Select(wtforms.widgets.Select):  # type: ignore[misc]  # WTForms ships no types
    """A list of choices as WTForms writes it, some times faster: pages of lists have a hundred."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        """The choices of ``field``, written once for all who may choose among the same."""
        offered = field.iter_choices()
        if self.multiple or field.has_groups() or any(each.render_kw for each in offered):
            written: Markup = super().__call__(field, **kwargs)
            return written
        flags = {name: True for name in self.validation_attrs if getattr(field.flags, name, False)}
        given = html_params(**{"id": field.id, "name": field.name, **flags, **kwargs})
        # Each label as this reader reads it, escaped: a text and the same as markup are two things.
        options = [
            (str(each.value), escape(each.label or each.value), each.selected) for each in offered
        ]
        return _select(given, tuple(options))

    @classmethod
    def render_option(cls, choice: Any, **kwargs: Any) -> Markup:
        """One choice; what only WTForms can write, it writes."""
        if choice.render_kw or kwargs or isinstance(choice.value, bool):
            written: Markup = super().render_option(choice, **kwargs)
            return written
        selected = "selected " if choice.selected else ""
        value, label = escape(choice.value), escape(choice.label or choice.value)
        return Markup(f'<option {selected}value="{value}">{label}</option>')  # noqa: S704  # escaped


# A list lets all its readers choose among the same, communes among them, and each option is dear.
@lru_cache(maxsize=200)
def _select(given: Markup, options: tuple[tuple[str, Markup, bool], ...]) -> Markup:
    shown = Markup().join(Select.render_option(Choice(*each, render_kw=None)) for each in options)
    return Markup("<select {}>{}</select>").format(given, shown)


class SelectField(wtforms.SelectField):  # type: ignore[misc]  # as above
    """One choice of a list."""

    widget = Select()


class Needed:
    """Marks a field that something later needs, so that its label does not say “optional”."""

    def __init__(self) -> None:
        self.field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """Everything goes through: a draft may leave it empty."""


class InstantField(Field):  # type: ignore[misc]  # WTForms ships no types
    """A day and an hour as clocks in Paris show them; ``data`` is aware and in UTC.

    When clocks are put forward an hour does not exist, and when they are put back one comes twice:
    both are refused with a sentence, since nobody could tell which instant is meant. The label or
    the hint of the field must name the zone.
    """

    widget = DateTimeLocalInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return in_paris(self.data).strftime("%Y-%m-%dT%H:%M")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed. ValueError, with the sentence to show, where it is no instant."""
        typed = valuelist[0][:_LONGEST].strip() if valuelist else ""
        self.data = _instant(typed) if typed else None


def _instant(typed: str) -> datetime:
    for form in _FORMATS:
        try:
            local = datetime.strptime(typed, form).replace(tzinfo=PARIS)
        except ValueError:
            continue
        return _unambiguous(local)
    raise ValueError(_("Give a day and an hour, for example 14/03/2026 09:00."))


def _unambiguous(local: datetime) -> datetime:
    hour = local.strftime("%H:%M")
    earlier, later = local.replace(fold=0), local.replace(fold=1)
    try:
        first, second = earlier.astimezone(UTC), later.astimezone(UTC)
    except OverflowError:
        raise ValueError(_("Give a day and an hour, for example 14/03/2026 09:00.")) from None
    if first == second:
        return first
    if first > second:
        raise ValueError(
            _("%(hour)s does not exist that night: clocks are put forward. Choose another hour.",
              hour=hour)
        )  # fmt: skip
    raise ValueError(
        _("%(hour)s comes twice that night: clocks are put back. Choose another hour.", hour=hour)
    )
