"""The forms of voters: what a ballot paper says as it was filled in, code and declarations."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from eak_core.api import EakError, Form, QueryForm, _, _l
from eak_voting.casting.choices import WrongChoices, read, write
from eak_voting.settings import GRADES, Terms

#: Longer than the longest vote: 300 options on a dozen criteria.
CHOICES_LENGTH = 20_000
CODE_TYPED = 80
#: More points than this were never meant as points.
DIGITS = 6


class PaperForm(Form):
    """A ballot paper. Its own fields depend on the terms: `filled_in` reads them."""


class CastForm(Form):
    """The last look at a vote before it is cast."""

    choices = HiddenField(validators=[Length(max=CHOICES_LENGTH)])


class CommuneForm(CastForm):
    """As `CastForm`, where voters say where they live."""

    commune = SelectField(
        _l("The commune I live in"),
        description=_l("You declare it on your honour. It is kept with your account for the next"
                       " ballots, and is not published."),
        validators=[InputRequired(_l("Say in which commune you live."))],
    )  # fmt: skip


class AgeForm(CastForm):
    """As `CastForm`, where voters say that they have the age."""

    age = BooleanField(
        _l("I have the age to vote in this ballot"),
        validators=[InputRequired(_l("Tick this box to vote: this ballot has a minimum age."))],
    )


class CommuneAndAgeForm(CommuneForm, AgeForm):
    """As `CastForm`, with both."""


class CodeForm(Form):
    """The code of a secret vote, as somebody types it."""

    code = StringField(
        _l("Your code"),
        description=_l("26 letters and figures. Spaces, hyphens and small letters do not matter."),
        validators=[
            InputRequired(_l("Type the code that you received when you voted.")),
            Length(max=CODE_TYPED),
        ],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class ChangeForm(CodeForm):
    """As `CodeForm`, where the code is all that is asked: what is refused is said beside it."""

    def refuse(self, refusal: EakError) -> int:
        """As any form does."""
        status = super().refuse(refusal)
        self.code.errors = [*self.form_errors]
        self.form_errors.clear()
        return status


class WithdrawForm(Form):
    """A voter takes an open vote back; there is nothing to fill in."""


class ReceiptForm(QueryForm):
    """A receipt to look up in the public log."""

    recu = StringField(
        _l("Your receipt"),
        description=_l("64 figures and letters from a to f. Spaces do not matter."),
        validators=[InputRequired(_l("Type or paste a receipt.")), Length(max=200)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


def filled_in(terms: Terms, sent: MultiDict[str, str]) -> Any:
    """What a sent paper says, before any rule is applied: numbers of options, points by number, or
    grades by number. What is no number counts as not chosen."""
    settings = terms.settings
    if settings.majority is not None and settings.method == "majority":
        criteria = range(len(settings.majority.criteria))
        return {
            option.number: [_grade(sent.get(grade_name(option.number, each))) for each in criteria]
            for option in terms.options
        }
    if settings.budget is not None and settings.budget.ballot == "points":
        return {
            option.number: _whole(sent.get(points_name(option.number))) for option in terms.options
        }
    return [_whole(value) for value in sent.getlist("option")]


def points_error(terms: Terms, sent: MultiDict[str, str]) -> str | None:
    """What was typed as points and is no whole number, in a sentence; None where all are."""
    for option in terms.options:
        typed = sent.get(points_name(option.number), "").strip()
        if typed and not (typed.isascii() and typed.isdecimal() and len(typed) <= DIGITS):
            return _("“%(typed)s” is not a whole number of points.", typed=typed[:20])
    return None


def grade_name(number: int, criterion: int) -> str:
    """The name of the field that grades option ``number`` on the criterion at this place."""
    return f"grade-{number}-{criterion}"


def points_name(number: int) -> str:
    """The name of the field with the points of option ``number``."""
    return f"points-{number}"


def said_by(terms: Terms, choices: str | None) -> Any:
    """What kept ``choices`` say, as `filled_in` would; nothing chosen where there are none, or
    where they do not fit the terms."""
    try:
        return read(terms.settings, choices or "[]")
    except ValueError:
        return read(terms.settings, "[]")


def canonical_or_none(terms: Terms, choices: str | None) -> str | None:
    """``choices`` from a cookie or a hidden field, where the terms allow them; None otherwise."""
    if not choices:
        return None
    try:
        return write(terms, read(terms.settings, choices))
    except (ValueError, WrongChoices):
        return None


def chosen_numbers(said: Any) -> Mapping[int, Any]:
    """The options that a vote says something about, with what it says."""
    if isinstance(said, Mapping):
        return {
            number: each
            for number, each in said.items()
            if (any(each) if not isinstance(each, int) else each)
        }
    return dict.fromkeys(said, True)


def _grade(value: str | None) -> int:
    given = _whole(value)
    return given if given <= GRADES else 0


def _whole(value: str | None) -> int:
    text = (value or "").strip()
    plain = text.isascii() and text.isdecimal() and len(text) <= DIGITS
    return int(text) if plain else 0
