"""What readers fill in."""

from typing import Any

from flask import g
from wtforms import EmailField, RadioField, SelectChoice
from wtforms.validators import InputRequired, Length

from eak_core.api import (
    CheckboxesField,
    Form,
    _l,
    communes,
    current_session,
    subjects_of,
)
from eak_newsletter.models import ADDRESS_LENGTH
from eak_newsletter.readers.choosing import RHYTHM_TITLES
from eak_newsletter.readers.subscribing import Wishes


class WishesForm(Form):
    """How often, and of what."""

    rhythm = RadioField(
        _l("How often?"),
        choices=[SelectChoice(rhythm, title) for rhythm, title in RHYTHM_TITLES.items()],
        default="issue",
        validators=[InputRequired(_l("Choose how often you want the letter."))],
    )
    subjects = CheckboxesField(
        _l("Which subjects?"),
        description=_l("None chosen means all. Summaries tell of what you choose here."),
    )
    communes = CheckboxesField(_l("Which communes?"), description=_l("None chosen means all."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session, service = current_session(), g.get("service")
        if service is not None:
            # What WTForms compares with is a choice's value alone.
            self.subjects.choices = [(e.code, e.name) for e in subjects_of(session, service.id)]
            self.communes.choices = [(e.code, e.name) for e in communes(session)]

    @property
    def wishes(self) -> Wishes:
        """What was filled in."""
        return Wishes(self.rhythm.data or "", self.subjects.data or (), self.communes.data or ())


class SubscribeForm(WishesForm):
    """An address that asks for the letter."""

    address = EmailField(
        _l("Your e-mail address"),
        description=_l("We write to it once, and ask whether you agree."),
        validators=[
            InputRequired(_l("Type the address that the letter shall go to.")),
            Length(max=ADDRESS_LENGTH),
        ],
        render_kw={"autocomplete": "email"},
    )


class StopForm(Form):
    """Somebody ends the letter at the address of their account."""
