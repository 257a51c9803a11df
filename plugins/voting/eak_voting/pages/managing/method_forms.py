"""The forms of ballots by their method: the rules by which votes are cast and counted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, cast

from wtforms import BooleanField, Field, IntegerField, RadioField, SelectChoice, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from eak_core.api import _, _l
from eak_voting import settings as terms
from eak_voting.pages.managing.forms import BallotForm, choices
from eak_voting.pages.wording import (
    BALLOT_TITLES,
    COMPLETION_TITLES,
    GRADE_TITLES,
    MISSING_TITLES,
    RULE_TITLES,
    SECRECY_TITLES,
)

MOST_WEIGHT = 100


class SupportForm(BallotForm):
    """A ballot in which ideas are supported by one click."""

    secrecy = RadioField(
        _l("Secrecy"),
        description=_l("Support is taken back by one click, so the site must know whose it is: a"
                       " secret ballot cannot offer that."),
        choices=choices({key: SECRECY_TITLES[key] for key in ("pseudonymous", "public")}),
        default="pseudonymous",
        validators=[InputRequired(_l("Say whether votes are secret."))],
    )  # fmt: skip
    PLACES: ClassVar[Mapping[str, str]] = {
        **BallotForm.PLACES,
        "approval": "secrecy",
        "support": "secrecy",
    }


class LimitedForm(BallotForm):
    """A ballot in which a vote names some of the ideas."""

    at_least = IntegerField(
        _l("Ideas that a vote names at least"),
        description=_l("0 for no limit. A vote that names nothing is a blank vote, and allowed."),
        default=0,
        validators=[Optional(), NumberRange(min=0, max=1000)],
    )
    at_most = IntegerField(
        _l("Ideas that a vote names at most"),
        description=_l("Leave it empty for as many as one likes."),
        validators=[Optional(), NumberRange(min=1, max=1000)],
    )


class ApprovalForm(LimitedForm):
    """A ballot in which voters tick the ideas they approve of."""

    PLACES: ClassVar[Mapping[str, str]] = {**BallotForm.PLACES, "approval": "at_most"}

    def rules(self) -> Mapping[str, Any]:
        """The part of the settings that belongs to the method, by its name."""
        limits = terms.ApprovalRules(at_least=self.at_least.data or 0, at_most=self.at_most.data)
        return {"approval": limits}


class MajorityForm(BallotForm):
    """A ballot in which ideas are graded on the criteria of the service."""

    missing = RadioField(
        _l("Ideas that some voters do not grade"),
        description=_l("With many ideas, nobody grades all of them. This rule can change who comes"
                       " first: it is published with the ballot."),
        choices=choices(MISSING_TITLES),
        default="worst",
        validators=[InputRequired(_l("Choose a rule."))],
    )  # fmt: skip
    floor = SelectField(
        _l("Least grade on each criterion"),
        description=_l("An idea below it on one criterion keeps its rank, and is said not to be"
                       " eligible: a strong point does not make up for a harm."),
        choices=[
            SelectChoice("", _l("No such rule")),
            *(SelectChoice(str(each), GRADE_TITLES[each]) for each in range(2, terms.GRADES + 1)),
        ],
        default="",
    )  # fmt: skip
    PLACES: ClassVar[Mapping[str, str]] = {**BallotForm.PLACES, "majority": "missing"}
    #: The criteria of the service, each with its field ``weight_<number>``.
    criteria: Sequence[terms.Criterion] = ()

    @property
    def weights(self) -> list[tuple[terms.Criterion, Field]]:
        """Each criterion with the field of its weight."""
        return [(each, self[f"weight_{n}"]) for n, each in enumerate(self.criteria)]

    def rules(self) -> Mapping[str, Any]:
        """The part of the settings that belongs to the method, by its name."""
        chosen = tuple(
            terms.Criterion(code=each.code, name=each.name, question=each.question, weight=weight)
            for each, field in self.weights
            if (weight := field.data)
        )
        floor = int(self.floor.data) if self.floor.data else None
        missing = cast("terms.Missing", self.missing.data)
        return {"majority": terms.MajorityRules(criteria=chosen, missing=missing, floor=floor)}

    def unmet(self) -> Iterator[tuple[Field, str]]:
        """Fields that another answer makes necessary."""
        yield from super().unmet()
        if self.weights and not any(field.data for _criterion, field in self.weights):
            yield self.weights[0][1], _("Give at least one criterion a weight.")


class BudgetForm(LimitedForm):
    """A ballot over projects that cost something."""

    amount = IntegerField(
        _l("The budget, in whole euros"),
        validators=[
            InputRequired(_l("Say what the budget is, in whole euros.")),
            NumberRange(min=1),
        ],
    )
    ballot = RadioField(
        _l("What voters do"),
        choices=choices(BALLOT_TITLES),
        default="approve",
        validators=[InputRequired(_l("Choose what voters do."))],
    )
    points = IntegerField(
        _l("Points to distribute"),
        description=_l("Only where voters distribute points."),
        default=10,
        validators=[Optional(), NumberRange(min=1, max=1000)],
    )
    rule = RadioField(
        _l("The count that decides"),
        description=_l("Both are computed and published side by side."),
        choices=choices(RULE_TITLES),
        default="equal-shares",
        validators=[InputRequired(_l("Choose the count that decides."))],
    )
    completion = RadioField(
        _l("Money that equal shares leave over"),
        choices=choices(COMPLETION_TITLES),
        default="add1-exhaustive",
        validators=[InputRequired(_l("Say what becomes of the money that is left over."))],
    )
    comparison = BooleanField(
        _l("Compare in the end: where more voters prefer what “the most votes first” funds, that"
           " decides")
    )  # fmt: skip
    PLACES: ClassVar[Mapping[str, str]] = {**BallotForm.PLACES, "budget": "amount"}
    #: The ideas shown, each with its field ``cost_<id>``.
    shown: Sequence[int] = ()

    @property
    def costs(self) -> dict[int, int]:
        """What each chosen project costs, as far as it was typed."""
        fields = {idea: self[f"cost_{idea}"] for idea in self.ideas.data or ()}
        return {idea: field.data for idea, field in fields.items() if field.data}

    def rules(self) -> Mapping[str, Any]:
        """The part of the settings that belongs to the method, by its name."""
        return {
            "budget": terms.BudgetRules(
                amount=self.amount.data or 0,
                ballot=cast("terms.BudgetBallot", self.ballot.data),
                points=self.points.data or 10,
                at_least=self.at_least.data or 0,
                at_most=self.at_most.data,
                rule=cast("terms.BudgetRule", self.rule.data),
                completion=cast("terms.Completion", self.completion.data),
                comparison=bool(self.comparison.data),
            )
        }

    def unmet(self) -> Iterator[tuple[Field, str]]:
        """Fields that another answer makes necessary."""
        yield from super().unmet()
        for idea in self.ideas.data or ():
            if idea in self.shown and not self[f"cost_{idea}"].data:
                yield self[f"cost_{idea}"], _("Say what this project costs, in whole euros.")


FORMS: Mapping[str, type[BallotForm]] = {
    "support": SupportForm,
    "approval": ApprovalForm,
    "majority": MajorityForm,
    "budget": BudgetForm,
}
