"""The forms about matching rounds. What a field holds is checked again by the domain functions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from eak_core.api import (
    CheckboxesField,
    Form,
    InstantField,
    Needed,
    OnceForm,
    SearchForm,
    Service,
    Session,
    _,
    _l,
    clock,
    in_paris,
    ngettext,
    public_reason,
    stage_graph,
    subjects_of,
)
from eak_matchmaking.matching.finding import Candidate
from eak_matchmaking.matching.opening import RoundTerms
from eak_matchmaking.models import NAME_LENGTH, TEXT_LENGTH, Offer

#: What a new form proposes: three weeks to declare preferences.
_USUAL = timedelta(days=21)


def _number(typed: Any) -> int:
    number = int(typed)
    if not 0 < number < 2**31:
        raise ValueError(
            _("One of these ideas no longer looks for a partner. Please choose again.")
        )
    return number


class RoundForm(OnceForm):
    """A round is opened."""

    title = StringField(
        _l("Title of the round"),
        description=_l("For example: “Spring call: who tries what in 2027?”"),
        validators=[InputRequired(_l("Give the round a title.")), Length(max=NAME_LENGTH)],
    )
    text = TextAreaField(
        _l("What it is for"),
        description=_l("Who is looked for, what comes after it, whom to ask. You can use"
                       " Markdown."),
        validators=[Length(max=TEXT_LENGTH)],
    )  # fmt: skip
    closes_at = InstantField(
        _l("Preferences can be declared until"),
        description=_l("Day and hour in Paris. What was sent before counts; then ideas and partners"
                       " are matched by themselves."),
        validators=[InputRequired(_l("Say until when preferences can be declared."))],
    )  # fmt: skip
    ideas = CheckboxesField(
        _l("Ideas that take part"), coerce=_number, validators=[Needed()], validate_choice=False
    )

    def terms(self) -> RoundTerms:
        """What was typed."""
        return RoundTerms(
            title=self.title.data or "",
            text=self.text.data or "",
            closes_at=self.closes_at.data,
            ideas=tuple(self.ideas.data or ()),
        )


def round_form(offered: Sequence[Candidate]) -> RoundForm:
    """The form of a new round, with all that are ``offered`` chosen until something was sent."""
    end = in_paris(clock.now() + _USUAL).replace(hour=18, minute=0, second=0, microsecond=0)
    form = RoundForm(data={"closes_at": end, "ideas": [each.id for each in offered]})
    form.ideas.choices = [SelectChoice(each.id, each.title) for each in offered]
    return form


class NarrowForm(SearchForm):
    """Which ideas whoever opens a round chooses among."""

    sujet = SelectField(_l("Subject"), default="")
    etape = SelectField(_l("Stage"), default="")

    def narrowed(self, offered: Sequence[Candidate]) -> Sequence[Candidate]:
        """Those of ``offered`` that are asked for; all where something does not exist."""
        if not self.validate():
            return offered
        subject, stage = self.sujet.data, self.etape.data
        return [
            each
            for each in offered
            if (not subject or subject in each.labels.subjects)
            and (not stage or stage == each.stage)
        ]


def narrow_form(session: Session, service: Service, offered: Sequence[Candidate]) -> NarrowForm:
    """The form, with the subjects and stages of what is ``offered``."""
    form, graph = NarrowForm(), stage_graph(frozenset())
    del form.q
    there = {code for each in offered for code in each.labels.subjects}
    form.sujet.choices = [
        SelectChoice("", _("All subjects")),
        *(
            SelectChoice(each.code, each.name)
            for each in subjects_of(session, service.id, archived=True)
            if each.code in there
        ),
    ]
    stages = {each.stage for each in offered}
    form.etape.choices = [
        SelectChoice("", _("All stages")),
        *(SelectChoice(each.name, str(each.title)) for each in graph.path if each.name in stages),
    ]
    return form


class ConfirmForm(Form):
    """A pair is confirmed."""

    offer = SelectField(
        _l("Out of which of its offers"),
        coerce=int,
        description=_l("One of its places is kept from now on."),
        validators=[InputRequired(_l("Choose one of its offers."))],
    )
    reason = public_reason()

    def offer_choices(self, offers: Sequence[Offer], usual: int | None) -> None:
        """Let those who run the service choose among the ``offers`` of the partner with a place
        left; ``usual`` is the one that has its points."""
        self.offer.choices = [
            SelectChoice(
                each.id,
                ngettext(
                    "%(title)s (%(num)s place left)", "%(title)s (%(num)s places left)",
                    each.places, title=each.title,
                ),
            )
            for each in offers
        ]  # fmt: skip
        if not self.is_submitted() and usual in {each.id for each in offers}:
            self.offer.data = usual
