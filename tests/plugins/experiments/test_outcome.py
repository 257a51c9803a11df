"""How experiments end: what is missing, what they prove, and where their ideas go."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from eak_core.errors import Forbidden, Invalid, Refused
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.plugins.per_service.activation import active_plugins
from eak_experiments.drafting.finding import protocol_of
from eak_experiments.drafting.saving import today
from eak_experiments.models import Teammate
from eak_experiments.outcome import closing, evidence
from eak_experiments.protocol.closing import Closing, Verdict, faults
from eak_experiments.protocol.kit import NEEDED, Kit
from eak_experiments.record import Alert
from eak_experiments.replicating import again
from eak_experiments.rules.evidence import Recorded, Replication, ceiling, level
from eak_experiments.running import measuring
from tests.plugins.experiments.content import SHADE, experiment, protocol, started
from tests.plugins.experiments.outcome_acts import STOPPED

OTHER, SAME = Replication(True, None), Replication(False, 90)
FAITHFUL = Replication(True, 80)
on_pages = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("recorded", "highest"),
    [
        (Recorded(), 1),
        (Recorded(compared=True, balanced=True), 1),
        (Recorded(before_and_after=True), 2),
        (Recorded(before_and_after=True, compared=True), 2),
        (Recorded(before_and_after=True, balanced=True), 2),
        (Recorded(True, True, True), 3),
        (Recorded(True, True, True, [SAME]), 3),
        (Recorded(True, True, False, [OTHER]), 2),
        (Recorded(True, True, True, [OTHER]), 4),
        (Recorded(True, True, True, [OTHER], kit=True), 4),
        (Recorded(True, True, True, [FAITHFUL, OTHER], kit=True), 4),
        (Recorded(True, True, True, [FAITHFUL, SAME]), 4),
        (Recorded(True, True, True, [FAITHFUL, SAME], kit=True), 5),
        (Recorded(kit=True, replications=[FAITHFUL, FAITHFUL]), 1),
    ],
)
def test_the_level_follows_from_what_was_recorded(recorded: Recorded, highest: int) -> None:
    assert ceiling(recorded) == highest


@pytest.mark.parametrize(
    ("highest", "lowered", "shown"), [(3, None, 3), (3, 2, 2), (3, 5, 3), (2, 3, 2), (1, 1, 1)]
)
def test_a_person_lowers_and_never_raises(highest: int, lowered: int | None, shown: int) -> None:
    assert level(highest, lowered) == shown


CONFIRMED = msgspec.structs.replace(
    STOPPED, outcome="generalised", verdicts=(Verdict(hypothesis="h1", verdict="confirmed"),)
)


@pytest.mark.parametrize(
    ("said", "measured", "proved", "wrong"),
    [
        (CONFIRMED, ["h1"], 2, {}),
        (CONFIRMED, ["h1"], 1, {"outcome": "not_proved"}),
        (CONFIRMED, [], 2, {"outcome": "not_measured"}),
        (msgspec.structs.replace(CONFIRMED, sample=299), ["h1"], 2, {"outcome": "too_few"}),
        (msgspec.structs.replace(CONFIRMED, sample=300), ["h1"], 2, {}),
        (msgspec.structs.replace(CONFIRMED, cost=100_001), ["h1"], 2, {"outcome": "dear"}),
        (msgspec.structs.replace(CONFIRMED, cost=100_000), ["h1"], 2, {}),
        (msgspec.structs.replace(CONFIRMED, cost=100_001), ["h1"], 3, {}),
        (msgspec.structs.replace(STOPPED, outcome="generalised"), ["h1"], 2,
         {"outcome": "not_confirmed"}),
        (msgspec.structs.replace(STOPPED, outcome="sustained"), ["h1"], 1, {}),
        (msgspec.structs.replace(STOPPED, outcome="sustained", sample=1), ["h1"], 1,
         {"outcome": "too_few"}),
        (msgspec.structs.replace(STOPPED, sample=1), [], 1, {}),
        (msgspec.structs.replace(STOPPED, outcome="inconclusive", sample=1), [], 1, {}),
        (msgspec.structs.replace(STOPPED, lessons=""), ["h1"], 2, {"lessons": "lessons"}),
        (msgspec.structs.replace(STOPPED, unintended=""), ["h1"], 2,
         {"unintended": "unintended"}),
        (msgspec.structs.replace(STOPPED, cost=None, sample=None), [], 1,
         {"cost": "cost", "sample": "sample"}),
        (msgspec.structs.replace(STOPPED, cost=0, sample=0), [], 1, {}),
        (msgspec.structs.replace(STOPPED, verdicts=()), [], 1, {"verdict_h1": "verdict"}),
    ],
)  # fmt: skip
def test_an_outcome_claims_no_more_than_was_recorded(
    said: Closing, measured: Sequence[str], proved: int, wrong: dict[str, str]
) -> None:
    assert faults(protocol(), said, frozenset(measured), proved) == wrong


@pytest.fixture
def here(site: Site, clock) -> Site:
    site.enable("experiments")
    return site


def _close(here: Site, number: int, said: Closing = STOPPED, actor=None) -> None:
    actor = actor or here.people.actor(here.people.manager)
    with here.writing() as session:
        active = active_plugins(session, here.service.id)
        closing.close(session, actor, here.service, experiment(session, number), said, active)


def _measure(here: Site, number: int, value: int, arm: str = "trial") -> None:
    manager = here.people.actor(here.people.manager)
    with here.writing() as session:
        measuring.measure(
            session, manager, here.service, experiment(session, number), "h1", today(),
            Decimal(value), "", 300, arm,
        )  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("outcome", ["stopped", "inconclusive", "extended", "sustained"])
def test_nothing_is_closed_without_its_lessons(here: Site, outcome: str) -> None:
    number = started(here)
    _measure(here, number, 60)
    said = msgspec.structs.replace(STOPPED, outcome=outcome, lessons=" \n ")
    with pytest.raises(Invalid) as refusal:
        _close(here, number, said)
    assert set(refusal.value.fields) == {"lessons"}
    with pytest.raises(Forbidden):
        _close(here, number, actor=here.people.actor(here.people.agent))
    _close(here, number, msgspec.structs.replace(said, lessons="It taught."))
    with pytest.raises(Refused):
        _close(here, number)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("outcome", "stage"),
    [("stopped", "stopped"), ("inconclusive", "inconclusive"), ("extended", "experimenting"),
     ("sustained", "sustained")],
)  # fmt: skip
def test_the_idea_goes_where_its_experiment_came_to(here: Site, outcome: str, stage: str) -> None:
    manager, idea_id = here.people.actor(here.people.manager), here.submit().id

    def move(to: str) -> None:
        with here.writing() as session:
            active = active_plugins(session, here.service.id)
            idea = session.get_one(Idea, idea_id)
            change_stage(session, manager, here.service, active, idea, to, "Good.")

    move("screening")
    move("accepted")
    with pytest.raises(Refused):
        move("experimenting")
    number = started(here, idea_id=idea_id)
    for to in ("evaluating", "adopted"):
        with pytest.raises(Refused):
            move(to)
    _measure(here, number, 60)
    _close(here, number, msgspec.structs.replace(STOPPED, outcome=outcome))
    with here.reading() as session:
        idea = session.get_one(Idea, idea_id)
        assert idea.stage == stage
    page = here.browser().read(f"/culture/idees/{idea_id}").text
    if outcome == "stopped":
        assert "Shade is <em>not enough</em>" in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_level_is_that_of_the_records_and_can_be_lowered_alone(here: Site) -> None:
    manager, number = here.people.actor(here.people.manager), started(here)
    _measure(here, number, 60)
    _measure(here, number, 30, "comparison")
    _close(here, number, msgspec.structs.replace(CONFIRMED, balanced=True))
    with here.writing() as session:
        made = experiment(session, number)
        assert made.evidence == 3
        for to, reason in ((4, "More."), (3, "Same."), (2, " "), (0, "Less.")):
            with pytest.raises(Invalid):
                evidence.lower(session, manager, here.service, made, to, reason)
        evidence.lower(session, manager, here.service, made, 2, "The summer was odd.")
        assert made.evidence == 2
        with pytest.raises(Invalid):
            evidence.lower(session, manager, here.service, made, 3, "Back again.")
        # What is recorded later raises the highest, and not what a person has lowered.
        kit = msgspec.structs.replace(Kit(), **dict.fromkeys(NEEDED, "Said."))
        again.save_kit(session, manager, here.service, made, kit)
        assert made.evidence == 2


def test_eighteen_months_later_one_is_asked_once(here: Site, clock) -> None:
    number = started(here)
    _close(here, number)
    for _month in range(20):
        clock.advance(days=30)
        here.drain()
    asked = [each for each in here.sent if "Dix-huit mois" in each.subject]
    assert len(asked) == 1
    manager = here.people.actor(here.people.manager)
    with here.writing() as session:
        made = experiment(session, number)
        with pytest.raises(Invalid):
            closing.follow(session, manager, here.service, made, "elsewhere", "Words.")
        closing.follow(session, manager, here.service, made, "partly", "Two tubs stand.")
    assert "Two tubs stand." in here.browser().read(f"/culture/experimentations/{number}").text


@on_pages
def test_a_close_is_written_in_steps_and_nothing_of_it_is_lost(here: Site) -> None:
    number = started(here)
    _measure(here, number, 12)
    client = here.browser()
    client.sign_in(here.people.manager)
    place = f"/culture/experimentations/{number}/clore"

    def send(step: str, **typed: object) -> Any:
        return client.submit(f"{place}/{step}", "clore", **typed)

    assert client.get(place).location.endswith("/clore/verdicts")
    # The verdicts come first, each beside what was to be reached and what was.
    first = client.read(f"{place}/verdicts").text
    assert "50" in first
    assert "12" in first
    lost = send("verdicts", effect_h1="Rien n’a changé.")
    assert lost.status_code == 422
    assert "Rien n’a changé." in lost.text
    done = send("verdicts", effect_h1="Rien n’a changé.", verdict_h1="not_confirmed")
    assert done.location.endswith("/clore/figures")
    # Somebody closes the browser and comes back: what was written is there.
    assert send("figures", sample="12", cost="0").location.endswith("/clore/lessons")
    back = client.read(f"{place}/verdicts").text
    assert "Rien n’a changé." in back
    assert send("outcome", outcome="stopped", reasons="Trop cher.").location.endswith("/clore")
    wrong = client.submit(place, "clore")
    assert wrong.status_code == 422
    assert "Écrivez ce qu’elle a appris" in wrong.text
    assert "Trop cher." in client.read(f"{place}/outcome").text
    # Nobody else reads any of it before.
    assert "Trop cher." not in here.browser().read(f"/culture/experimentations/{number}").text
    written = {"lessons": "Il faut un adulte dehors.", "unintended": "Rien."}
    assert send("lessons", **written).status_code == 302
    other, reading = here.browser(), client.read(place)
    other.sign_in(here.people.manager)
    other.submit(f"{place}/lessons", "clore", lessons="Il faut deux adultes dehors.")
    late = client.post(place, data=reading.form("clore").filled({}))
    assert late.status_code == 409
    assert client.submit(place, "clore").status_code == 302
    shelf = here.browser().read("/culture/experimentations/arrets").text
    assert "Il faut deux adultes dehors." in shelf
    with here.reading() as session:
        # It ended today, and that decides on the stop threshold that was reached.
        assert experiment(session, number).days == (today(), today())
        assert session.query(Alert).one().decision == "stop"


@pytest.mark.parametrize("database", ["sqlite"])
def test_doing_it_again_takes_the_method_along_and_not_the_figures(here: Site) -> None:
    agent, number = here.people.actor(here.people.agent), started(here)
    with here.writing() as session:
        origin = experiment(session, number)
        made = again.again(session, agent, here.service, origin, "Again", "Other plants.", 80)
        assert (made.origin_id, made.fidelity) == (number, 80)
        plan = protocol_of(session, made)
        assert plan.hypotheses[0].statement == SHADE.statement
        assert plan.hypotheses[0].baseline is None
        assert (plan.starts_on, plan.communes) == (None, ())
        with pytest.raises(Invalid):
            again.again(session, agent, here.service, origin, "Again", "Other.", 101)


def test_what_another_team_did_again_counts_for_its_origin(here: Site) -> None:
    number = started(here)
    _measure(here, number, 60)
    _measure(here, number, 30, "comparison")
    _close(here, number, msgspec.structs.replace(CONFIRMED, balanced=True))
    other = started(here)
    with here.writing() as session:
        made = experiment(session, other)
        made.origin_id, made.fidelity = number, 80
        # Another team: nobody of the first one is in it.
        session.query(Teammate).filter_by(experiment_id=other).delete()
    _close(here, other)
    with here.reading() as session:
        assert experiment(session, number).evidence == 4
