"""Ballots for the demonstration: one counted, two open, one announced, and support for ideas.

All of it is played through the plugin's own functions, so it has receipts, a public log and events
like real life; its voters are the numbered crowd of the demonstration.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from eak_core.api import (
    Demo,
    Idea,
    Service,
    Session,
    change_stage,
    clock,
    criteria_of,
    criterion_name,
    criterion_question,
)
from eak_voting import schedule
from eak_voting.ballots import timetable
from eak_voting.ballots.finding import terms_of
from eak_voting.ballots.preparing import Draft, prepare
from eak_voting.casting import choices
from eak_voting.casting.opening import announce, open_ballot
from eak_voting.casting.support import give
from eak_voting.casting.votes import cast
from eak_voting.counting import result
from eak_voting.manifest import plugin
from eak_voting.models import Ballot
from eak_voting.settings import (
    GRADES,
    ApprovalRules,
    BudgetRules,
    Criterion,
    MajorityRules,
    Publication,
    Quorum,
    Secrecy,
    Settings,
    Terms,
)

Rules = Callable[[Session, Service], Mapping[str, Any]]
#: What one voter says: a list of numbers, or grades by number.
Vote = Callable[[Random, Terms, Sequence[float]], Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A ballot of the demonstration. ``liked`` says of each idea, by its key, how many like it
    (from 0 to 1); ``opens`` and ``closes`` are in days before the demonstration is loaded. Those of
    ``staged`` are put to the vote as their stage too."""

    service: str
    title: str
    text: str
    method: str
    secrecy: Secrecy
    rules: Rules
    vote: Vote
    liked: Mapping[str, float]
    opens: int
    closes: int
    voters: int = 0
    publication: Publication = "after_close"
    quorum: int = 0
    costs: Mapping[str, int] = field(default_factory=dict)
    staged: Sequence[str] = ()


def _budget(session: Session, service: Service) -> Mapping[str, Any]:
    return {"budget": BudgetRules(amount=45_000, at_most=3)}


def _two_at_most(session: Session, service: Service) -> Mapping[str, Any]:
    return {"approval": ApprovalRules(at_most=2)}


def _on_all_criteria(session: Session, service: Service) -> Mapping[str, Any]:
    criteria = tuple(
        Criterion(
            code=each.code,
            name=criterion_name(each),
            question=criterion_question(each),
            weight=each.weight,
        )
        for each in criteria_of(session, service.id)
    )
    return {"majority": MajorityRules(criteria=criteria)}


def _named(random: Random, terms: Terms, liked: Sequence[float]) -> Any:
    _least, most = choices.limits(terms.settings)
    wanted = [number for number, share in enumerate(liked, 1) if random.random() < share]
    random.shuffle(wanted)
    return sorted(wanted[:most])


def _graded(random: Random, terms: Terms, liked: Sequence[float]) -> Any:
    rules = terms.settings.majority
    assert rules is not None
    return {
        number: [_grade(random, share) for _criterion in rules.criteria]
        for number, share in enumerate(liked, 1)
        if random.random() < 0.9
    }


def _grade(random: Random, liked: float) -> int:
    return min(GRADES, max(1, round(random.gauss(1 + 6 * liked, 1.4))))


BALLOTS = (
    Told(
        "laboratoire", "Budget participatif : que financer cet hiver ?",
        "Le laboratoire dispose de **45 000 €** pour de premiers essais. Cochez jusqu’à trois"
        " projets que vous souhaitez voir financés.",
        "budget", "pseudonymous", _budget, _named,
        {"outilotheque": 0.62, "toits-verts": 0.55, "fablab-mobile": 0.41, "frigos": 0.33},
        19, 6, voters=112, quorum=60,
        costs={"outilotheque": 6_500, "toits-verts": 24_000, "fablab-mobile": 31_000,
               "frigos": 9_000},
    ),
    Told(
        "laboratoire", "Quelles idées étudier d’abord ?",
        "Trois idées attendent d’être étudiées. Choisissez-en une ou deux ; le scrutin est"
        " secret.",
        "approval", "secret", _two_at_most, _named,
        {"bancs": 0.7, "sieste": 0.45, "lecteurs-ecrans": 0.4},
        3, -11, voters=34,
    ),
    Told(
        "laboratoire", "Évaluer les idées retenues sur les quatre critères",
        "Chaque idée retenue sera évaluée, de « À rejeter » à « Excellent », sur les quatre"
        " critères du laboratoire. Lisez-les dès maintenant.",
        "majority", "secret", _on_all_criteria, _graded,
        {"outilotheque": 0.6, "toits-verts": 0.6, "fablab-mobile": 0.5},
        -5, -26,
    ),
    Told(
        "culture", "Trois idées pour la culture, quatre critères",
        "Donnez à chaque idée une mention par critère. Vous pouvez n’évaluer que les idées que"
        " vous avez lues.",
        "majority", "pseudonymous", _on_all_criteria, _graded,
        {"musee-classe": 0.8, "voix-quartier": 0.66, "bibliotheque-nuit": 0.48},
        5, -16, voters=46, publication="totals",
        staged=("musee-classe", "voix-quartier", "bibliotheque-nuit"),
    ),
)  # fmt: skip

_ACTIVE = frozenset({plugin.name})
_REASON = "Le prochain scrutin dira ce qu’en pensent les habitants."

#: How many of the crowd support an idea outside of any ballot, by the idea's key.
SUPPORT = {"bancs": 23, "outilotheque": 17, "frigos": 9, "ateliers-serres": 12, "musee-classe": 6}


def play(session: Session, service: Service, demo: Demo) -> None:
    """Let the people of the demonstration support ideas of ``service`` and vote on them."""
    for key, supporters in SUPPORT.items():
        idea = demo.ideas.get(key)
        if idea is not None and idea.service_id == service.id:
            for number, actor in enumerate(demo.crowd(session, supporters)):
                with clock.freeze(demo.days_ago(number % 4, f"support {key} {number}")):
                    give(session, actor, service, idea)
    for told in BALLOTS:
        if told.service == service.slug and all(key in demo.ideas for key in told.liked):
            _play_ballot(session, service, demo, told)


def _play_ballot(session: Session, service: Service, demo: Demo, told: Told) -> None:
    manager = demo.actor(session, "gestion")
    announced = demo.days_ago(max(told.opens, 0) + 1, f"announce {told.title}")
    for number, key in enumerate(told.staged):
        idea = session.get_one(Idea, demo.ideas[key].id)
        with clock.freeze(announced - timedelta(hours=number + 1)):
            change_stage(session, manager, service, _ACTIVE, idea, "voting", _REASON)
    with clock.freeze(announced):
        ballot = prepare(session, manager, service, _draft(session, service, demo, told))
        announce(session, manager, service, ballot)
    if told.voters:
        with clock.freeze(ballot.opens_at):
            open_ballot(session, service, ballot)
        _vote(session, service, demo, told, ballot)
    if ballot.closes_at < demo.now:
        _close(session, service, ballot)


def _draft(session: Session, service: Service, demo: Demo, told: Told) -> Draft:
    ideas = {key: demo.ideas[key].id for key in told.liked}
    return Draft(
        title=told.title,
        text=told.text,
        settings=Settings(
            method=told.method,  # type: ignore[arg-type]  # one of four words
            secrecy=told.secrecy,
            publication=told.publication,
            quorum=Quorum(voters=told.quorum),
            **told.rules(session, service),
        ),
        opens_at=_at_eight(demo, told.opens),
        closes_at=_at_eight(demo, told.closes) + timedelta(hours=11),
        ideas=list(ideas.values()),
        costs={ideas[key]: cost for key, cost in told.costs.items()},
    )


def _at_eight(demo: Demo, days: int) -> Any:
    day = demo.days_ago(days)
    return day.replace(hour=7, minute=0)


def _vote(session: Session, service: Service, demo: Demo, told: Told, ballot: Ballot) -> None:
    """Let the crowd vote, spread over the time until now or the close."""
    random = Random(told.title)  # noqa: S311  # the same demonstration each time, not a secret
    terms = terms_of(session, service, ballot)
    until = min(demo.now, ballot.closes_at)
    for actor in demo.crowd(session, told.voters):
        instant = ballot.opens_at + (until - ballot.opens_at) * random.random()
        said = choices.write(terms, told.vote(random, terms, list(told.liked.values())))
        key = f"{random.getrandbits(128):032x}"
        with clock.freeze(instant):
            cast(session, actor, service, ballot, said, form_key=key)


def _close(session: Session, service: Service, ballot: Ballot) -> None:
    """What workers would have done at the close."""
    due = ballot.closes_at + timetable.GRACE
    with clock.freeze(due):
        schedule.close_due(session, service, f"close:{ballot.id}", due)
        if ballot.secrecy == "secret":
            schedule.mix_closed(session, service, f"mix:{ballot.id}", due)
        count = result.read_closed(session, service, f"count:{ballot.id}", due)
        assert count is not None
        result.count_due(session, service, f"count:{ballot.id}", due, count())
    timetable.forget(session, ballot)
