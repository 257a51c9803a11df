"""The forms about offers and needs. What a field holds is checked again by the domain functions."""

from typing import Any

from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from eak_core.api import CheckboxesField, EditForm, SearchForm, Session, _, _l, communes
from eak_matchmaking.models import NAME_LENGTH, TEXT_LENGTH, UNIT_LENGTH, Need, Offer
from eak_matchmaking.needs import stating
from eak_matchmaking.needs.stating import NeedTerms
from eak_matchmaking.offers import offering
from eak_matchmaking.offers.finding import Filters
from eak_matchmaking.offers.offering import MOST_PILOTS, OfferTerms
from eak_matchmaking.pages.resource_words import RESOURCE_TITLES
from eak_matchmaking.resources import MOST

#: What browsers send, and what people type where a browser offers no calendar.
DAYS = ["%Y-%m-%d", "%d/%m/%Y"]


def _kind() -> RadioField:
    return RadioField(
        _l("What it is"),
        choices=[SelectChoice(*each) for each in RESOURCE_TITLES.items()],
        validators=[InputRequired(_l("Choose what it is."))],
    )


def _quantity(hint: Any) -> IntegerField:
    return IntegerField(
        _l("How much"),
        description=hint,
        validators=[Optional(), NumberRange(min=1, max=MOST)],
    )


def _unit() -> StringField:
    return StringField(
        _l("Of what"),
        description=_l("Square metres, hours, chairs… Money is in euros: leave it empty."),
        validators=[Length(max=UNIT_LENGTH)],
    )


def _day(label: Any, hint: Any) -> DateField:
    return DateField(label, format=DAYS, description=hint, validators=[Optional()])


class OfferForm(EditForm):
    """What an organisation offers."""

    kind = _kind()
    title = StringField(
        _l("What you offer, in a few words"),
        validators=[
            InputRequired(_l("Say in a few words what you offer.")),
            Length(max=NAME_LENGTH),
        ],
    )
    details = TextAreaField(
        _l("Tell of it"),
        description=_l("What one can do with it, what it has served for, who is there to help. You"
                       " can use Markdown."),
        validators=[Length(max=TEXT_LENGTH)],
    )  # fmt: skip
    quantity = _quantity(_l("For each pilot, in whole numbers."))
    unit = _unit()
    capacity = IntegerField(
        _l("For how many pilots"),
        description=_l("So many ideas can be tried with it, at the same time or one after the"
                       " other."),
        default=1,
        validators=[InputRequired(), NumberRange(min=1, max=MOST_PILOTS)],
    )  # fmt: skip
    starts_on = _day(_l("First day"), _l("Leave it empty if it is there already."))
    ends_on = _day(
        _l("Last day"), _l("The offer ends by itself the day after. Leave it empty for no end.")
    )
    communes = CheckboxesField(
        _l("Communes where it can be used"),
        description=_l("Leave everything empty for the whole territory."),
    )
    conditions = TextAreaField(
        _l("Conditions"),
        description=_l("What you ask in return: insurance, opening hours, a deposit. They are"
                       " public."),
        validators=[Length(max=TEXT_LENGTH)],
    )  # fmt: skip
    private_conditions = TextAreaField(
        _l("Conditions that are not public"),
        description=_l("Read by the members of your organisation and by those who run this service,"
                       " and by nobody else."),
        validators=[Length(max=TEXT_LENGTH)],
    )  # fmt: skip

    def terms(self) -> OfferTerms:
        """What was typed."""
        return OfferTerms(
            kind=self.kind.data or "",
            title=self.title.data or "",
            details=self.details.data or "",
            quantity=self.quantity.data,
            unit=self.unit.data or "",
            capacity=self.capacity.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            communes=tuple(self.communes.data or ()),
            conditions=self.conditions.data or "",
            private_conditions=self.private_conditions.data or "",
        )


def offer_form(session: Session, offer: Offer | None = None) -> OfferForm:
    """The form of an offer, showing what is there until something was typed."""
    form = OfferForm.showing(offering.said(offer) if offer else None)
    form.communes.choices = [
        SelectChoice(each.code, f"{each.name} ({each.postcode})") for each in communes(session)
    ]
    return form


class OffersForm(SearchForm):
    """Which offers a reader looks for."""

    type = SelectField(_l("What it is"), default="")
    commune = SelectField(_l("Commune"), default="")
    jour = DateField(_l("Available on"), format=DAYS, validators=[Optional()])

    def filters(self) -> Filters:
        """What they ask for; everything where something in it does not exist."""
        if not self.validate():
            return Filters()
        return Filters(self.type.data or None, self.commune.data or None, self.jour.data)


def offers_form(session: Session) -> OffersForm:
    """The form of the list of offers as the reader sent it."""
    form = OffersForm()
    form.type.choices = [
        SelectChoice("", _("All kinds")),
        *(SelectChoice(kind, str(title)) for kind, title in RESOURCE_TITLES.items()),
    ]
    form.commune.choices = [
        SelectChoice("", _("Everywhere")),
        *(SelectChoice(each.code, each.name) for each in communes(session)),
    ]
    return form


class NeedForm(EditForm):
    """What is missing to try an idea."""

    kind = _kind()
    what = StringField(
        _l("What is missing, in a few words"),
        validators=[
            InputRequired(_l("Say in a few words what is missing.")),
            Length(max=NAME_LENGTH),
        ],
    )
    quantity = _quantity(_l("In whole numbers."))
    unit = _unit()
    starts_on = _day(_l("First day"), _l("Leave it empty if any day will do."))
    ends_on = _day(_l("Last day"), _l("After it, nobody is asked for it any more."))

    def terms(self) -> NeedTerms:
        """What was typed."""
        return NeedTerms(
            kind=self.kind.data or "",
            what=self.what.data or "",
            quantity=self.quantity.data,
            unit=self.unit.data or "",
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
        )


def need_form(need: Need | None = None) -> NeedForm:
    """The form of a need, showing what is there until something was typed."""
    return NeedForm.showing(stating.said(need) if need else None)
