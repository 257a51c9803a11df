"""The forms of managers: what every ballot has, and the steps of its life.

What they hold is checked again by the domain functions; here each mistake is tied to its field.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, cast

from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from eak_core.api import (
    CheckboxesField,
    Form,
    InstantField,
    Needed,
    OnceForm,
    _,
    _l,
    public_reason,
)
from eak_voting import settings as terms
from eak_voting.ballots.preparing import TEXT_LENGTH
from eak_voting.models import TITLE_LENGTH
from eak_voting.pages.wording import PUBLICATION_TITLES, RESIDENTS_TITLES, SECRECY_TITLES


def choices(titles: Mapping[Any, Any]) -> list[SelectChoice]:
    """``titles`` as the choices of a field."""
    return [SelectChoice(value, title) for value, title in titles.items()]


def idea_number(typed: Any) -> int:
    """``typed`` as the number of an idea. ValueError for what no idea can have."""
    number = int(typed)
    if not 0 < number < 2**31:
        raise ValueError(_("One of these ideas is no longer public. Please choose again."))
    return number


class BallotForm(OnceForm):
    """What every ballot has. `eak_voting.pages.managing.method_forms` adds what belongs to
    its method, `eak_voting.pages.managing.drafting.ballot_form` what the service brings."""

    title = StringField(
        _l("Title of the ballot"),
        description=_l("A question or an invitation. For example: “Which ideas shall we try in"
                       " 2027?”"),
        validators=[Needed(), Length(max=TITLE_LENGTH)],
    )  # fmt: skip
    text = TextAreaField(
        _l("Text for voters"),
        description=_l("What is decided, what happens with the result, whom to ask. Markdown can be"
                       " used."),
        validators=[Length(max=TEXT_LENGTH)],
    )  # fmt: skip
    q = StringField(_l("Words in the idea"), validators=[Length(max=100)])
    ideas = CheckboxesField(_l("Ideas on the ballot"), coerce=idea_number)
    opens_at = InstantField(
        _l("Opening"),
        description=_l("Day and hour in Paris. Votes are taken from this instant on."),
        validators=[InputRequired(_l("Say when the ballot opens."))],
    )
    closes_at = InstantField(
        _l("Close"),
        description=_l("Day and hour in Paris. A vote sent before this instant counts, a later one"
                       " does not; then votes are counted by themselves."),
        validators=[InputRequired(_l("Say when the ballot closes."))],
    )  # fmt: skip
    who = RadioField(
        _l("Who may vote"),
        choices=choices(RESIDENTS_TITLES),
        default="anyone",
        validators=[InputRequired(_l("Say who may vote."))],
    )
    communes = CheckboxesField(_l("Communes"))
    minimum_age = IntegerField(
        _l("Minimum age"),
        description=_l("Voters declare that they have it; nobody checks. Leave it empty for none."),
        validators=[Optional(), NumberRange(min=1, max=119)],
    )
    size = IntegerField(
        _l("How many people may vote"),
        description=_l("Where you know it: the turnout is then shown as a share too."),
        validators=[Optional(), NumberRange(min=1, max=10**9)],
    )
    quorum = RadioField(
        _l("Quorum"),
        description=_l("Below it the result is published all the same, and said to be"
                       " inconclusive."),
        choices=[
            SelectChoice("none", _l("None")),
            SelectChoice("voters", _l("A number of voters")),
            SelectChoice("percent", _l("A share of those who may vote")),
        ],
        default="none",
        validators=[InputRequired(_l("Say whether there is a quorum."))],
    )  # fmt: skip
    quorum_voters = IntegerField(
        _l("Voters needed"), validators=[Optional(), NumberRange(min=1, max=10**9)]
    )
    quorum_percent = IntegerField(
        _l("Share needed, in per cent"), validators=[Optional(), NumberRange(min=1, max=100)]
    )
    secrecy = RadioField(
        _l("Secrecy"),
        choices=choices(SECRECY_TITLES),
        default="secret",
        validators=[InputRequired(_l("Say whether votes are secret."))],
    )
    publication = RadioField(
        _l("When results show"),
        choices=choices(PUBLICATION_TITLES),
        default="after_close",
        validators=[InputRequired(_l("Say when results show."))],
    )
    version = HiddenField(validators=[Length(max=12), Regexp(r"^\d*$")])

    #: Where the errors of the domain that name no field of the form are shown.
    PLACES: ClassVar[Mapping[str, str]] = {"electorate": "who", "costs": "ideas"}

    def add_errors(self, errors: Mapping[str, Any]) -> None:
        """As any form, with each in its place."""
        super().add_errors({self.PLACES.get(name, name): text for name, text in errors.items()})

    def rules(self) -> Mapping[str, Any]:
        """The part of the settings that belongs to the method, by its name."""
        return {}

    def electorate(self) -> terms.Electorate:
        """Who may vote, as chosen."""
        chosen = tuple(sorted(self.communes.data or ())) if self.who.data == "inhabitants" else ()
        return terms.Electorate(
            who=cast("terms.Residents", self.who.data),
            communes=chosen,
            minimum_age=self.minimum_age.data,
            size=self.size.data,
        )

    def asked_quorum(self) -> terms.Quorum:
        """How many voters are needed, as chosen."""
        if self.quorum.data == "voters":
            return terms.Quorum(voters=self.quorum_voters.data or 0)
        if self.quorum.data == "percent":
            return terms.Quorum(percent=self.quorum_percent.data)
        return terms.Quorum()

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether each field is in order, and what one of them asks of another."""
        in_order = bool(super().validate(extra_validators))
        wrong = {field.name: sentence for field, sentence in self.unmet() if not field.errors}
        self.add_errors(wrong)
        return in_order and not wrong

    def unmet(self) -> Iterator[tuple[Field, str]]:
        """Fields that another answer makes necessary."""
        if self.who.data == "inhabitants" and not self.communes.data:
            yield self.communes, _("Choose at least one commune.")
        if self.quorum.data == "voters" and not self.quorum_voters.data:
            yield self.quorum_voters, _("Say how many voters are needed.")
        if self.quorum.data == "percent":
            if not self.quorum_percent.data:
                yield self.quorum_percent, _("Say which share is needed.")
            if not self.size.data:
                yield self.size, _("A share is a share of something: say how many may vote.")


class ConfirmForm(Form):
    """A manager confirms a step; there is nothing to fill in."""


class CancelForm(Form):
    """A manager cancels a ballot."""

    reason = public_reason(
        _l("Everybody reads it on the page of the ballot: say what happened, and whether there will"
           " be another vote."),
        missing=_l("Give a reason: voters will look for it."),
    )  # fmt: skip
