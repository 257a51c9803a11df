"""The forms about proposals. What a field holds is checked again by the domain functions."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from eak_core.api import Form, OnceForm, _, _l
from eak_matchmaking.models import Need, Offer
from eak_matchmaking.pages.proposal_words import VIEW_TITLES
from eak_matchmaking.pages.resource_words import phrase
from eak_matchmaking.proposals.proposing import FIELDS, Terms
from eak_matchmaking.proposals.tables import FIELD_LENGTH, WORDS_LENGTH


def _field(name: str, label: Any, hint: Any) -> TextAreaField:
    return TextAreaField(
        label,
        description=hint,
        validators=[InputRequired(FIELDS[name]), Length(max=FIELD_LENGTH)],
        render_kw={"rows": 4},
    )


def _words(label: Any, hint: Any, missing: Any = None) -> TextAreaField:
    asked = [] if missing is None else [InputRequired(missing)]
    return TextAreaField(
        label,
        description=hint,
        validators=[*asked, Length(max=WORDS_LENGTH)],
        render_kw={"rows": 6},
    )


class ProposalForm(OnceForm):
    """How an organisation would pilot an idea."""

    brings = _field(
        "brings",
        _l("What do you bring?"),
        _l("A place, equipment, hours, money, people to try it with: what you can promise."),
    )
    place = _field(
        "place",
        _l("Where would it be tried?"),
        _l("A building, a street, a neighbourhood: as precisely as you know today."),
    )
    timing = _field(
        "timing",
        _l("When would it be tried?"),
        _l("From when on, for how long. A pilot usually takes six months."),
    )
    team = _field(
        "team",
        _l("With whom would it be tried?"),
        _l("Who does what on your side, and who takes part. Name no private person."),
    )
    offer = SelectField(_l("Out of one of your offers"), coerce=int, default=0)
    need = SelectField(_l("For something that is missing"), coerce=int, default=0)
    interested = RadioField(
        _l("Is there a conflict of interest?"),
        choices=[
            SelectChoice("none", _l("No, there is none")),
            SelectChoice("some", _l("Yes, or it might look like one")),
        ],
        description=_l("Someone of yours is close to the author, works for the service, sells what"
                       " would be tried… It forbids nothing, as long as it is said."),
        validators=[InputRequired(_l("Say whether there is a conflict of interest."))],
    )  # fmt: skip
    conflict = TextAreaField(
        _l("Which one?"),
        description=_l("The author and the service read it; everybody does if you are accepted."),
        validators=[Length(max=FIELD_LENGTH)],
        render_kw={"rows": 3},
    )

    def offer_choices(self, offers: Sequence[Offer], needs: Sequence[Need]) -> None:
        """Let the organisation choose among its ``offers`` and what is missing (``needs``)."""
        self.offer.choices = [
            SelectChoice(0, _("None of them")),
            *(SelectChoice(each.id, each.title) for each in offers),
        ]
        self.need.choices = [
            SelectChoice(0, _("Nothing of it")),
            *(SelectChoice(each.id, f"{each.what} ({phrase(each)})") for each in needs),
        ]

    def terms(self) -> Terms:
        """What was typed."""
        return Terms(
            brings=self.brings.data or "",
            place=self.place.data or "",
            timing=self.timing.data or "",
            team=self.team.data or "",
            interested={"none": False, "some": True}.get(self.interested.data or ""),
            conflict=self.conflict.data or "",
            offer_id=(self.offer and self.offer.data) or None,
            need_id=self.need.data or None,
        )


class ViewForm(Form):
    """What the author of an idea thinks of a proposal."""

    view = RadioField(
        _l("What do you think of it?"),
        choices=[SelectChoice(*each) for each in VIEW_TITLES.items()],
        validators=[InputRequired(_l("Choose what you think of it."))],
    )
    words = _words(
        _l("In your words"),
        _l("What you like about it, what you would change, what worries you. The organisation and"
           " the service read it, nobody else."),
    )  # fmt: skip


class QuestionForm(Form):
    """What those who run the service ask before they decide."""

    words = _words(
        _l("Your question"),
        _l("The organisation is written to; the author of the idea reads it too."),
        _l("Write your question."),
    )


class AnswerForm(Form):
    """What the organisation answers."""

    words = _words(
        _l("Your answer"),
        _l("The service and the author of the idea read it."),
        _l("Write your answer."),
    )


class WithdrawForm(Form):
    """Why an organisation takes its proposal back, if it wants to say so."""

    words = _words(_l("Why, if you want to say so"), _l("The service and the author read it."))


class AcceptForm(Form):
    """A pilot begins."""

    meets = BooleanField(_l("What it answers is no longer missing"), default=True)
