"""The base of every form: what is typed is cleaned and bounded, and kept when it is refused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import get_translations
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, MultipleFileField
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.exceptions import UnsupportedMediaType
from wtforms import (
    DecimalField,
    Field,
    FloatField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectFieldBase,
    StringField,
    TextAreaField,
)
from wtforms.csrf.core import CSRFTokenField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, InputRequired, Length, StopValidation

from eak_core.errors import EakError, Invalid
from eak_core.i18n import _
from eak_core.permissions import SignInRequired
from eak_core.web.text import (
    clean_line,
    clean_lines,
    has_control_characters,
    has_direction_controls,
)
from eak_core.web.typed import FAR_TOO_LONG

# What an INTEGER column holds on both databases; a larger number would fail there.
LARGEST_INTEGER = 2**31 - 1


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form whose fields refuse what no field should accept.

    Texts lose control characters and are put in NFC; a text that held control characters, or a
    single line that held direction controls, is refused with a sentence and shown again without
    them. A text of invisible characters alone is no answer where one is needed. Choices hold no
    control characters either. Numbers are finite and fit their column. Every text field must
    say its greatest length (``Length(max=…)``): TypeError otherwise, at the first use of the form;
    what is several times longer (`FAR_TOO_LONG`) is refused before anything else looks at it.
    Only what a form sends is taken, never JSON: UnsupportedMediaType (415).
    """

    #: Why a domain function did not do what the form asks; None where none refused.
    refusal: EakError | None = None

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF ships no types
        """How fields are made: each gets the checks of its kind before its own."""

        def get_translations(self, form: BaseForm) -> Any:
            # Flask-WTF would read WTForms' catalogue from disk for each request with a form;
            # the site's catalogue holds it already.
            return _SiteTranslations

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            # Flask-WTF would take JSON for a form, and a file for the text of any field: neither
            # numbers nor files are the strings that fields expect.
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            if not form.is_submitted():
                return None
            if request.is_json:
                raise UnsupportedMediaType
            return CombinedMultiDict((_files_of(form), request.form))

        def bind_field(self, form: BaseForm, unbound_field: Any, options: dict[str, Any]) -> Field:
            field = super().bind_field(form, unbound_field, options)
            if isinstance(field, CSRFTokenField):
                return field
            if isinstance(field, StringField):
                _guard_text(field, form)
            elif isinstance(field, IntegerField | DecimalField | FloatField):
                field.validators = (_fits_a_column, *field.validators)
            elif isinstance(field, SelectFieldBase):
                field.validators = (_can_be_kept, *field.validators)
            return field

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whether every answer is in order. What is long to look at (a picture) is looked at last,
        once all the rest is."""
        valid: bool = super().validate(*args, **kwargs)
        late = [field.check_late() for field in self if valid and hasattr(field, "check_late")]
        return valid and all(late)

    def add_errors(self, errors: Mapping[str, Any]) -> None:
        """Show what a domain function refused (`eak_core.errors.Invalid.fields`).

        Errors of names that are no field of this form are shown above it.
        """
        for name, message in errors.items():
            target = self._fields[name].errors if name in self._fields else self.form_errors
            if name in self._fields and not isinstance(target, list):
                target = self._fields[name].errors = list(target)
            target.append(str(message))

    def refuse(self, refusal: EakError) -> int:
        """Say on this form why a domain function did not do what it asks; answers `answer_status`.

        What the form cannot mend, such as a missing right, is better raised than shown here.
        """
        if isinstance(refusal, Invalid) and refusal.fields:
            self.add_errors(refusal.fields)
        else:
            self.form_errors.append(str(refusal))
        self.refusal = refusal
        return refusal.status

    @property
    def signed_out(self) -> bool:
        """Whether nothing was done because the person is not signed in any more."""
        return isinstance(self.refusal, SignInRequired)

    @property
    def answer_status(self) -> int:
        """The HTTP status of the page that shows this form: that of a refusal, 422 where an answer
        is wrong, else 200."""
        if self.refusal is not None:
            return self.refusal.status
        return 422 if self.errors else 200


class _SiteTranslations:
    """WTForms' own sentences, in the reader's language."""

    @staticmethod
    def gettext(message: str) -> str:
        return _(message)

    @staticmethod
    def ngettext(singular: str, plural: str, number: int) -> str:
        # WTForms fills in the number itself.
        return str(get_translations().ungettext(singular, plural, number))


def _files_of(form: BaseForm) -> MultiDict[str, Any]:
    """The files that were sent for the fields of ``form`` that take some."""
    names = [field.name for field in form if isinstance(field, FileField | MultipleFileField)]
    return MultiDict((name, file) for name in names for file in request.files.getlist(name))


def _guard_text(field: StringField, form: BaseForm) -> None:
    if not field.flags.maxlength:
        raise TypeError(
            f"{type(form).__name__}.{field.short_name}: give it a greatest length, Length(max=…)"
        )
    most = FAR_TOO_LONG * field.flags.maxlength
    if isinstance(field, PasswordField):
        # A password is taken as it is: changing one character of it would lock its owner out.
        field.validators = (_not_far_too_long, _without_nul, *field.validators)
        return
    several_lines = isinstance(field, TextAreaField)
    clean = clean_lines if several_lines else clean_line

    def bounded(text: Any) -> Any:
        return clean(text) if isinstance(text, str) and len(text) <= most else text

    field.filters = (bounded, *field.filters)
    checks = (_without_control,) if several_lines else (_without_control, _without_direction)
    field.validators = (_not_far_too_long, *checks, *map(_needs_words, field.validators))


def _not_far_too_long(form: BaseForm, field: Field) -> None:
    """End here, with the sentence of its own limit: the rules that follow take their time."""
    most = field.flags.maxlength
    if len(_typed(field)) <= FAR_TOO_LONG * most:
        return
    sentence = next((each.message for each in field.validators if isinstance(each, Length)), None)
    raise StopValidation(
        (sentence or _("This is too long: %(max)s characters at most.")) % {"max": most}
    )


def _needs_words(validator: Any) -> Any:
    """Let a text that is needed be judged as it was cleaned: `InputRequired` looks at what was
    sent, and takes a space that has no width for an answer."""
    return DataRequired(validator.message) if type(validator) is InputRequired else validator


def _typed(field: Field) -> str:
    return "".join(text for text in field.raw_data or () if isinstance(text, str))


def _without_nul(form: BaseForm, field: Field) -> None:
    if "\0" in _typed(field):
        raise StopValidation(_("This contains a character that cannot be kept."))


def _without_control(form: BaseForm, field: Field) -> None:
    if isinstance(field, HiddenField):
        _can_be_kept(form, field)
    if has_control_characters(_typed(field)):
        raise StopValidation(
            _("This text contained invisible control characters. They were removed: check it.")
        )


def _can_be_kept(form: BaseForm, field: Field) -> None:
    if has_control_characters(_typed(field)):
        raise StopValidation(_("This contains a character that cannot be kept."))


def _without_direction(form: BaseForm, field: Field) -> None:
    if has_direction_controls(_typed(field)):
        raise StopValidation(
            _(
                "This text contained invisible characters that turn the direction of writing."
                " They were removed: check it."
            )
        )


def _fits_a_column(form: BaseForm, field: Field) -> None:
    value = field.data
    if value is None:
        return
    finite = value.is_finite() if isinstance(value, Decimal) else value - value == 0
    # Compared, never calculated with: the absolute value of 1e999999999 is an overflow.
    if not finite or not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise StopValidation(_("This number is out of range."))
