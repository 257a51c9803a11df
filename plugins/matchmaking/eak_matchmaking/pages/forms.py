"""The forms about organisations. What a field holds is checked again by the domain functions."""

from collections.abc import Sequence
from typing import Any

from wtforms import EmailField, RadioField, SelectField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from eak_core.api import (
    CheckboxesField,
    EditForm,
    Form,
    ReasonForm,
    SearchForm,
    Session,
    _,
    _l,
    communes,
)
from eak_matchmaking.models import ADDRESS_LENGTH, NAME_LENGTH, TEXT_LENGTH, Organisation
from eak_matchmaking.organisations.finding import Filters
from eak_matchmaking.organisations.registering import Profile, said
from eak_matchmaking.organisations.wording import KIND_TITLES, ROLE_TITLES


class ProfileForm(EditForm):
    """What an organisation says of itself."""

    name = StringField(_l("Name"), validators=[InputRequired(), Length(max=NAME_LENGTH)])
    kind = RadioField(
        _l("What it is"),
        choices=[SelectChoice(*each) for each in KIND_TITLES.items()],
        validators=[InputRequired(_l("Choose what kind of organisation it is."))],
    )
    identifier = StringField(
        _l("SIREN or SIRET"),
        description=_l("If it has one: 9 or 14 figures. Spaces do not matter."),
        validators=[Length(max=60)],
    )
    about = TextAreaField(
        _l("What it does"),
        description=_l("For whoever has never heard of it. You can use Markdown."),
        validators=[InputRequired(), Length(max=TEXT_LENGTH)],
    )
    pioneering = TextAreaField(
        _l("What was it among the first to do?"),
        description=_l("A place, a method, an experiment that others have taken up: with dates, and"
                       " where one can see it."),
        validators=[Length(max=TEXT_LENGTH)],
    )  # fmt: skip
    motivation = TextAreaField(
        _l("Why does the common good matter to it?"),
        description=_l("In a few sentences, as you would say it to a neighbour."),
        validators=[Length(max=TEXT_LENGTH)],
    )
    site = URLField(
        _l("Its site"),
        description=_l("A whole address, such as https://www.example.org."),
        validators=[Length(max=ADDRESS_LENGTH)],
    )
    communes = CheckboxesField(
        _l("Communes where it works"),
        description=_l("Leave everything empty for the whole territory."),
    )

    def profile(self) -> Profile:
        """What was typed."""
        return Profile(
            name=self.name.data or "",
            kind=self.kind.data or "",
            identifier=self.identifier.data or "",
            communes=tuple(self.communes.data or ()),
            site=self.site.data or "",
            about=self.about.data or "",
            pioneering=self.pioneering.data or "",
            motivation=self.motivation.data or "",
        )


def profile_form(session: Session, organisation: Organisation | None = None) -> ProfileForm:
    """The form of an organisation, showing what is there until something was typed."""
    form = ProfileForm.showing(said(organisation) if organisation else None)
    form.communes.choices = [
        SelectChoice(each.code, f"{each.name} ({each.postcode})") for each in communes(session)
    ]
    return form


class DirectoryForm(SearchForm):
    """Which partners a reader looks for."""

    type = SelectField(_l("What it is"), default="")
    commune = SelectField(_l("Commune"), default="")

    def filters(self) -> Filters:
        """What the reader asks for; nothing where that cannot be."""
        if self.errors:
            return Filters()
        return Filters(kind=self.type.data or None, commune=self.commune.data or None)


def directory_form(session: Session) -> DirectoryForm:
    """The form of the directory as the reader sent it."""
    form = DirectoryForm()
    form.type.choices = [
        SelectChoice("", _("All kinds")),
        *(SelectChoice(kind, str(title)) for kind, title in KIND_TITLES.items()),
    ]
    form.commune.choices = [
        SelectChoice("", _("Everywhere")),
        *(SelectChoice(each.code, each.name) for each in communes(session)),
    ]
    return form


class InviteForm(Form):
    """Whom a referent invites."""

    email = EmailField(_l("E-mail address"), validators=[InputRequired(), Length(max=254)])
    role = RadioField(
        _l("As"),
        choices=[SelectChoice(*each) for each in ROLE_TITLES.items()],
        default="member",
        description=_l("A referent also answers for the organisation, and lets others in."),
        validators=[InputRequired()],
    )


class MergeForm(ReasonForm):
    """Which organisation another one is the double of."""

    into = SelectField(_l("It is the same as"), coerce=int, validators=[InputRequired()])

    def offer(self, others: Sequence[Any]) -> None:
        """Let the manager choose among ``others``."""
        self.into.choices = [SelectChoice(each.id, each.name) for each in others]
