"""Between a ballot that is being prepared and its form: what can be chosen, what was typed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from wtforms import IntegerField, SelectChoice
from wtforms.validators import NumberRange, Optional

from eak_core.api import (
    Idea,
    Service,
    Session,
    _,
    clock,
    communes,
    criteria_of,
    criterion_name,
    criterion_question,
    in_paris,
    matching_ideas,
    public_ideas,
    stage_graph,
)
from eak_voting.ballots.desk import STAGE
from eak_voting.ballots.finding import options_of, settings_of
from eak_voting.ballots.preparing import MOST_MONEY, MOST_OPTIONS, Draft
from eak_voting.models import Ballot
from eak_voting.pages.managing.forms import BallotForm
from eak_voting.pages.managing.method_forms import FORMS, MOST_WEIGHT, BudgetForm, MajorityForm
from eak_voting.settings import Criterion, Method, Settings

#: How many ideas outside the stage of votes are offered at once; a search finds the others.
OFFERED = 50
#: What a new form proposes: time to announce the ballot, then three weeks to vote.
_NOTICE, _DURATION = timedelta(days=7), timedelta(days=21)

Candidate = Row[int, str, str, str]
_columns = select(Idea.id, Idea.slug, Idea.title, Idea.stage)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The ideas among which a manager chooses, by title: those ``chosen``, those that wait in the
    stage of votes, and ``others``; ``more`` where only a search finds the rest."""

    chosen: Sequence[Candidate]
    waiting: Sequence[Candidate]
    others: Sequence[Candidate]
    more: bool

    @property
    def all(self) -> list[Candidate]:
        """Every idea that is shown, in the order of the page."""
        return [*self.chosen, *self.waiting, *self.others]


def candidates(
    session: Session, service: Service, chosen: Collection[int], words: str
) -> Candidates:
    """What can be put on a ballot of ``service``. ``words`` are searched for in the ideas that do
    not wait for a vote; without any, the latest ones that have no outcome are offered."""
    public = public_ideas(service.id)
    ready = session.execute(
        _columns.where(*public, Idea.id.in_(chosen) | (Idea.stage == STAGE))
        .order_by(Idea.slug, Idea.id)
        .limit(2 * MOST_OPTIONS)
    ).all()
    known = [idea.id for idea in ready]
    found = session.execute(
        _columns.where(*public, Idea.id.not_in(known), *matching_ideas(session, service.id, words))
        .order_by(Idea.submitted_at.desc(), Idea.id.desc())
        .limit(OFFERED + 1)
    ).all()
    final = stage_graph(frozenset()).is_final
    others = [idea for idea in found[:OFFERED] if words or not final(idea.stage)]
    return Candidates(
        chosen=[idea for idea in ready if idea.id in chosen],
        waiting=[idea for idea in ready if idea.id not in chosen],
        others=sorted(others, key=lambda idea: (idea.slug, idea.id)),
        more=len(found) > OFFERED,
    )


def waiting_ideas(session: Session, service: Service) -> list[int]:
    """The ideas in the stage of votes: what a new ballot proposes."""
    query = select(Idea.id).where(*public_ideas(service.id), Idea.stage == STAGE)
    return list(session.scalars(query.limit(MOST_OPTIONS)))


def ballot_form(
    session: Session,
    service: Service,
    method: Method,
    offered: Candidates,
    shown: Mapping[str, Any],
) -> BallotForm:
    """The form of a ballot by ``method`` in ``service``, showing ``shown`` (`new_values`,
    `kept_values`) until something was typed."""
    form_class = FORMS[method]
    fields: dict[str, Any] = {}
    if issubclass(form_class, MajorityForm):
        fields = _weight_fields(_criteria(session, service))
    elif issubclass(form_class, BudgetForm):
        fields = _cost_fields(offered)
    form: BallotForm = type(form_class.__name__, (form_class,), fields)(data=shown)
    form.ideas.choices = [SelectChoice(idea.id, idea.title) for idea in offered.all]
    # An idea may have been hidden since the page was opened; the domain says so in a sentence.
    form.ideas.validate_choice = False
    form.communes.choices = [
        SelectChoice(commune.code, f"{commune.name} ({commune.postcode})")
        for commune in communes(session)
    ]
    return form


def _criteria(session: Session, service: Service) -> list[tuple[Criterion, int]]:
    """The criteria of the service as terms name them, each with its weight at screening."""
    return [
        (
            Criterion(code=each.code, name=criterion_name(each), question=criterion_question(each)),
            each.weight,
        )
        for each in criteria_of(session, service.id)
    ]


def _weight_fields(criteria: Sequence[tuple[Criterion, int]]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        f"weight_{number}": IntegerField(
            criterion.name,
            description=criterion.question,
            default=usual,
            validators=[Optional(), NumberRange(min=0, max=MOST_WEIGHT)],
        )
        for number, (criterion, usual) in enumerate(criteria)
    }
    return {"criteria": tuple(criterion for criterion, _usual in criteria), **fields}


def _cost_fields(offered: Candidates) -> dict[str, Any]:
    fields: dict[str, Any] = {
        f"cost_{idea.id}": IntegerField(
            _("Cost of “%(title)s”, in whole euros", title=idea.title),
            validators=[Optional(), NumberRange(min=1, max=MOST_MONEY)],
        )
        for idea in offered.all
    }
    return {"shown": tuple(idea.id for idea in offered.all), **fields}


def new_values(ideas: Sequence[int]) -> dict[str, Any]:
    """What the form of a new ballot shows at first."""
    morning = in_paris(clock.now()).replace(hour=9, minute=0, second=0, microsecond=0)
    evening = morning.replace(hour=20)
    return {
        "ideas": list(ideas),
        # Days are added to what clocks show, so that nine o'clock stays nine o'clock.
        "opens_at": _utc(morning + _NOTICE),
        "closes_at": _utc(evening + _NOTICE + _DURATION),
    }


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def kept_values(session: Session, service: Service, ballot: Ballot) -> dict[str, Any]:
    """What the form of a kept draft shows."""
    settings, options = settings_of(ballot), options_of(session, ballot)
    electorate, quorum = settings.electorate, settings.quorum
    return {
        "title": ballot.title,
        "text": ballot.text,
        "opens_at": ballot.opens_at,
        "closes_at": ballot.closes_at,
        "version": str(ballot.version_id),
        "ideas": [option.idea_id for option in options if option.idea_id is not None],
        **{f"cost_{option.idea_id}": option.cost for option in options},
        "who": electorate.who,
        "communes": list(electorate.communes),
        "minimum_age": electorate.minimum_age,
        "size": electorate.size,
        "quorum": "percent" if quorum.percent else "voters" if quorum.voters else "none",
        "quorum_voters": quorum.voters or None,
        "quorum_percent": quorum.percent,
        "secrecy": settings.secrecy,
        "publication": settings.publication,
        **_kept_rules(session, service, settings),
    }


def _kept_rules(session: Session, service: Service, settings: Settings) -> dict[str, Any]:
    if settings.majority is not None:
        weights = {each.code: each.weight for each in settings.majority.criteria}
        return {
            "missing": settings.majority.missing,
            "floor": str(settings.majority.floor or ""),
            **{
                f"weight_{number}": weights.get(criterion.code, 0)
                for number, (criterion, _usual) in enumerate(_criteria(session, service))
            },
        }
    rules = settings.approval or settings.budget
    return {name: getattr(rules, name) for name in rules.__struct_fields__} if rules else {}


def draft_of(form: BallotForm, method: Method, offered: Candidates) -> Draft:
    """What was typed into ``form``, which is in order. The ideas stand by title on the ballot."""
    chosen = set(form.ideas.data or ())
    by_title = sorted(offered.all, key=lambda idea: (idea.slug, idea.id))
    known = [idea.id for idea in by_title if idea.id in chosen]
    opens_at, closes_at = form.opens_at.data, form.closes_at.data
    assert opens_at is not None
    assert closes_at is not None
    return Draft(
        title=form.title.data or "",
        text=form.text.data or "",
        settings=Settings(
            method=method,
            secrecy=form.secrecy.data,
            publication=form.publication.data,
            electorate=form.electorate(),
            quorum=form.asked_quorum(),
            **form.rules(),
        ),
        opens_at=opens_at,
        closes_at=closes_at,
        # What is no longer public stays in it, so that the domain can say so.
        ideas=[*known, *sorted(chosen.difference(known))],
        costs=form.costs if isinstance(form, BudgetForm) else {},
    )
