"""The forms about ideas. What a field holds is checked again by the domain functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from eak_core.files.fields import FilesField
from eak_core.i18n import _l
from eak_core.ideas.content.texts import LENGTHS, NOTHING, STATEMENT_LENGTH, Proposal
from eak_core.ideas.describing import criteria as criteria_room
from eak_core.ideas.describing import subjects as subjects_room
from eak_core.ideas.describing.criteria import criterion_example, criterion_name, criterion_question
from eak_core.ideas.describing.territory import KnownCommune
from eak_core.ideas.models import Criterion, Subject
from eak_core.ideas.stages import Stage
from eak_core.web.acts import public_reason
from eak_core.web.edits import EditForm
from eak_core.web.fields import CheckboxesField, Needed, SelectField
from eak_core.web.forms import Form
from eak_core.web.queries import LONGEST_SEARCH, SearchForm

#: The steps in which a draft is written, and the fields of each; the criteria are details.
Step: TypeAlias = Literal["essentiel", "details", "lieu"]
_ASKED: Mapping[Step, Sequence[str]] = {
    "essentiel": ("title", "problem", "body"),
    "details": ("existing", "needs", "elsewhere"),
    "lieu": ("subjects", "communes", "files"),
}
STEPS: tuple[Step, ...] = tuple(_ASKED)
CHOICES = ("subjects", "communes")
_STATEMENT = "criterion_"


class ProposalForm(EditForm):
    """An idea as its author writes it. `proposal_form` adds what the service asks for."""

    title = StringField(
        _l("Title of your idea"),
        description=_l("One sentence that makes people want to read on."
                       " For example: “A tool library in every neighbourhood”."),
        validators=[Needed(), Length(max=LENGTHS["title"])],
    )  # fmt: skip
    problem = TextAreaField(
        _l("Which problem does it answer?"),
        description=_l("What happens today, where, and to whom. A scene you have seen says more"
                       " than a figure."),
        validators=[Needed(), Length(max=LENGTHS["problem"])],
    )  # fmt: skip
    body = TextAreaField(
        _l("Your idea"),
        description=_l("What would be done, by whom, and how one would notice that it works. You"
                       " can use Markdown: a blank line between paragraphs, - for a list."),
        validators=[Needed(), Length(max=LENGTHS["body"])],
    )  # fmt: skip
    existing = TextAreaField(
        _l("What already exists nearby?"),
        description=_l("Experiments support what is under way, they do not replace it. Name what"
                       " you know of: an association, a service, a neighbouring town."),
        validators=[Length(max=LENGTHS["existing"])],
    )  # fmt: skip
    needs = TextAreaField(
        _l("What is needed to try it?"),
        description=_l("A place, people, equipment, an authorisation, a budget: even a rough"
                       " estimate helps to find partners."),
        validators=[Length(max=LENGTHS["needs"])],
    )  # fmt: skip
    elsewhere = TextAreaField(
        _l("Why could it work elsewhere?"),
        description=_l("What would have to be the same in another town, and what could change."),
        validators=[Length(max=LENGTHS["elsewhere"])],
    )
    files = FilesField(
        _l("Choose files"),
        description=_l("Pictures (JPEG, PNG, WebP or GIF) and PDF documents, several at once if you"
                       " like. Where and when a picture was taken is not kept; what it shows is"
                       " asked next."),
    )  # fmt: skip
    subjects = CheckboxesField(_l("Subjects"), coerce=int)
    communes = CheckboxesField(
        _l("Communes where it would be tried"),
        description=_l("Leave everything empty for the whole territory."),
    )

    def proposal(self, over: Proposal = NOTHING) -> Proposal:
        """What was typed, in place of what ``over`` says in the fields that this form has."""
        said: dict[str, Any] = {field.name: field.data for field in self}
        statements = {
            int(name.removeprefix(_STATEMENT)): text or ""
            for name, text in said.items()
            if name.startswith(_STATEMENT)
        }
        typed: dict[str, Any] = {name: said[name] or "" for name in LENGTHS if name in said}
        typed |= {name: tuple(said[name] or ()) for name in CHOICES if name in said}
        return replace(over, **typed, statements={**over.statements, **statements})


def proposal_form(
    criteria: Sequence[Criterion],
    subjects: Sequence[Subject],
    communes: Sequence[KnownCommune],
    proposal: Proposal | None = None,
    step: Step | None = None,
) -> ProposalForm:
    """The form of one service, or a ``step`` of it, showing ``proposal`` until something was
    typed."""
    fields: dict[str, Any] = {
        f"{_STATEMENT}{criterion.id}": TextAreaField(
            criterion_name(criterion),
            description=" ".join((criterion_question(criterion), criterion_example(criterion))),
            validators=[Length(max=STATEMENT_LENGTH)],
        )
        for criterion in criteria
    }
    of_service: type[ProposalForm] = type("ServiceProposalForm", (ProposalForm,), fields)
    form = of_service.showing(as_shown(proposal, step) if proposal else None)
    form.subjects.choices = [SelectChoice(subject.id, subject.name) for subject in subjects]
    form.communes.choices = [
        SelectChoice(commune.code, f"{commune.name} ({commune.postcode})") for commune in communes
    ]
    for name in [field.name for field in form if step and step_of(field.name) not in (step, None)]:
        del form[name]
    return form


def step_of(name: str) -> Step | None:
    """In which step the field ``name`` is asked; None for what every step has."""
    if name.startswith(_STATEMENT):
        return "details"
    return next((step for step, names in _ASKED.items() if name in names), None)


def as_shown(proposal: Proposal, step: Step | None = None) -> Mapping[str, Any]:
    """What an idea says, by the names of the fields of its form, or of a ``step`` of it."""
    texts = {name: getattr(proposal, name) for name in LENGTHS}
    statements = {f"{_STATEMENT}{key}": text for key, text in proposal.statements.items()}
    chosen = {name: list(getattr(proposal, name)) for name in CHOICES}
    said = {**texts, **statements, **chosen}
    return {name: each for name, each in said.items() if step is None or step_of(name) == step}


class FilterForm(SearchForm):
    """Which ideas a reader looks for."""

    q = StringField(_l("Words"), validators=[Length(max=LONGEST_SEARCH)])
    etape = SelectField(_l("Stage"), default="")
    sujet = SelectField(_l("Subject"), default="")
    commune = SelectField(_l("Commune"), default="")
    tri = SelectField(
        _l("Order"),
        choices=[
            SelectChoice("relevance", _l("Best match first")),
            SelectChoice("newest", _l("Latest first")),
            SelectChoice("oldest", _l("Oldest first")),
            SelectChoice("title", _l("By title")),
        ],
        default="newest",
    )


class StageForm(EditForm):
    """A manager brings an idea to another stage, or prepares it where a colleague may do so too."""

    to = RadioField(
        _l("Bring this idea to"),
        validators=[InputRequired(_l("Choose where the idea goes."))],
    )
    reason = public_reason(
        _l("Everybody reads it on the page of the idea: say what decided, and what comes next.")
    )
    stage = HiddenField(validators=[Length(max=64)])

    def offer(self, stages: Sequence[Stage]) -> None:
        """Let the manager choose among ``stages``."""
        self.to.choices = [SelectChoice(stage.name, str(stage.title)) for stage in stages]


class WithdrawForm(Form):
    """An author takes their idea back."""

    reason = public_reason(
        _l("It stays on the page in place of your text. For example: “It already exists in my town;"
           " I have joined them.”")
    )  # fmt: skip


class SubjectForm(Form):
    """An entry of the list of subjects."""

    name = StringField(
        _l("Name"),
        validators=[
            InputRequired(_l("Give the subject a name.")),
            Length(max=subjects_room.NAME_LENGTH),
        ],
    )
    position = IntegerField(_l("Place in the list"), validators=[InputRequired()])
    archived = BooleanField(_l("Archived: no longer offered, kept on the ideas that carry it"))


class NewSubjectForm(Form):
    """A new entry of the list of subjects, at its end."""

    name = StringField(
        _l("New subject"),
        validators=[
            InputRequired(_l("Give the subject a name.")),
            Length(max=subjects_room.NAME_LENGTH),
        ],
    )


class CriterionForm(Form):
    """The wording and weight of a criterion."""

    name = StringField(_l("Name"), validators=[Length(max=criteria_room.NAME_LENGTH)])
    question = TextAreaField(
        _l("Question to the author"),
        validators=[Length(max=criteria_room.QUESTION_LENGTH)],
    )
    weight = IntegerField(
        _l("Weight at screening"),
        description=_l("From 1 to 10. Profiles are never added up: the weight only tells reviewers"
                       " what matters most."),
        validators=[InputRequired()],
    )  # fmt: skip
    archived = BooleanField(_l("Archived: no longer asked, kept on the ideas that answered it"))


class PromiseForm(Form):
    """Within how many days a service promises an answer."""

    days = IntegerField(
        _l("Number of days"),
        description=_l("Whole days after that of the submission. Leave it empty to promise none."),
        validators=[Optional()],
    )
    opinions = SelectField(
        _l("Opinions before a decision"),
        description=_l("Of those who run the service, each on the criteria, before an idea leaves"
                       " its screening."),
        coerce=int,
        choices=[SelectChoice(0, _l("None is asked for")), SelectChoice(1, _l("One")),
                 SelectChoice(2, _l("Two"))],
    )  # fmt: skip
