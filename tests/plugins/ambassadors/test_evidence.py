"""Evidence by itself: the same early, late and rebuilt; of those who agreed and of nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from eak_ambassadors.evidence import gathering, matching, rules, showing
from eak_ambassadors.evidence.matching import Matcher
from eak_ambassadors.evidence.rules import Wording
from eak_ambassadors.models import Evidence
from eak_core import clock
from eak_core.errors import Forbidden, Invalid, NotFound, Refused
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from tests.plugins.ambassadors.process import Process, small_juries

IDEAS = Wording("idea.submitted", "actor", "", "Proposed an idea")


def test_a_rule_names_whoever_acted_or_whom_a_field_names() -> None:
    acted = Matcher(1, "experiments.closed", "actor")
    assert acted.person_of(7, {}) == 7
    assert acted.person_of(None, {}) is None
    named = Matcher(2, "experiments.member_joined", "person_id", "role", "lead")
    assert named.person_of(7, {"person_id": 9, "role": "lead"}) == 9
    assert named.person_of(7, {"person_id": 9, "role": "team"}) is None
    assert named.person_of(7, {"role": "lead"}) is None
    assert named.person_of(7, {"person_id": "9", "role": "lead"}) is None
    assert Matcher(3, "x.y", "p", "public", "true").person_of(1, {"p": 4, "public": True}) == 4
    assert (
        Matcher(3, "x.y", "p", "public", "true").person_of(1, {"p": True, "public": True}) is None
    )


def test_only_those_who_are_watched_are_found() -> None:
    held = [Matcher(1, "x.y", "actor"), Matcher(2, "x.y", "person_id")]
    data = {"person_id": 9}
    assert list(matching.evidence(held, 7, data, frozenset({9}))) == [(2, 9)]
    assert list(matching.evidence(held, 7, data, frozenset({7, 9}))) == [(1, 7), (2, 9)]
    assert list(matching.evidence(held, 7, data, frozenset())) == []


@pytest.mark.parametrize("text", ["role", "=lead", "1x=2", "a b=c"])
def test_a_condition_is_a_field_and_what_it_says(text: str) -> None:
    assert matching.condition(" role = lead ") == ("role", "lead")
    assert matching.condition(" ") == ("", "")
    with pytest.raises(ValueError, match="field=value"):
        matching.condition(text)


@pytest.fixture
def process(site: Site) -> Process:
    return Process(site)


def add(process: Process, wording: Wording = IDEAS, actor: Actor | None = None) -> int:
    actor = actor or process.actor(process.site.people.manager)
    with process.site.writing() as session:
        return rules.add(session, actor, process.site.service, wording)


def agent_has_an_idea(process: Process, title: str = "A roof that grows") -> Idea:
    return process.site.submit(title, author=process.actor(process.site.people.agent))


def kept(process: Process) -> set[tuple[int, int, str]]:
    process.site.drain()
    with process.site.reading() as session:
        rows = session.execute(select(Evidence.person_id, Evidence.rule_id, Evidence.subject))
        return {(person, rule, subject) for person, rule, subject in rows}


def agreed(process: Process) -> int:
    number = process.nominate()
    process.agree(number)
    return number


def orders() -> Iterator[str]:
    """In which order somebody agrees (a), a rule is made (r), and an idea comes (i)."""
    yield from ("".join(each) for each in permutations("ari"))


@pytest.mark.parametrize("order", list(orders()))
def test_in_whatever_order_things_happen_the_evidence_is_the_same(
    process: Process, order: str
) -> None:
    steps = {"a": agreed, "r": add, "i": agent_has_an_idea}
    made: dict[str, object] = {}
    for step in order:
        made[step] = steps[step](process)
        process.site.drain()
    idea = made["i"]
    assert isinstance(idea, Idea)
    expected = {(process.site.people.agent.id, made["r"], f"idea:{idea.id}")}
    assert kept(process) == expected
    process.site.replay("ambassadors")
    assert kept(process) == expected


@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_is_kept_of_somebody_who_has_not_agreed(process: Process) -> None:
    add(process)
    process.nominate()
    agent_has_an_idea(process)
    process.site.submit("Somebody else's")
    # Somebody has agreed, so that evidence is looked for at all.
    colleague = process.colleagues[0]
    process.agree(process.nominate(colleague), colleague)
    assert kept(process) == set()


def test_it_is_forgotten_with_a_rule_and_with_the_term(process: Process) -> None:
    rule_id = add(process)
    process.recognised()
    agent_has_an_idea(process)
    assert kept(process)
    manager = process.actor(process.site.people.manager)
    with process.site.writing() as session:
        rules.remove(session, manager, process.site.service, rule_id)
        with pytest.raises(NotFound):
            rules.remove(session, manager, process.site.service, rule_id)
    assert kept(process) == set()
    add(process)
    assert kept(process)
    process.leave()
    assert kept(process) == set()
    process.site.replay("ambassadors")
    assert kept(process) == set()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_rule_shows_whom_it_would_touch_before_it_is_saved(process: Process) -> None:
    site = process.site
    agreed(process)
    agent_has_an_idea(process)
    with site.reading() as session:
        people = gathering.watched(session, site.service.id)
        seen = rules.preview(session, site.service, IDEAS, people)
        nobody = rules.preview(session, site.service, IDEAS, frozenset())
        assert rules.rules_of(session, site.service.id) == []
    assert (seen.names, nobody.names) == ([site.people.agent.name], [])
    browser = site.browser()
    browser.sign_in(site.people.manager)
    page = "/culture/gestion/ambassadeurs/preuves"
    typed = {"event": IDEAS.event, "person": "actor", "only": "", "label": "Idée", "preview": "1"}
    answer = browser.submit(page, page, **typed)
    assert site.people.agent.name in answer.text
    with site.reading() as session:
        assert rules.rules_of(session, site.service.id) == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("field", "wording"),
    [
        ("event", Wording("Idea.Submitted", "actor", "", "x")),
        ("event", Wording("idea", "actor", "", "x")),
        ("person", Wording("idea.submitted", "the actor", "", "x")),
        ("only", Wording("idea.submitted", "actor", "stage", "x")),
        ("only", Wording("idea.submitted", "actor", f"stage={'x' * 99}", "x")),
        ("label", Wording("idea.submitted", "actor", "", " ")),
    ],
)
def test_what_is_no_rule_is_refused(process: Process, field: str, wording: Wording) -> None:
    with pytest.raises(Invalid) as refused:
        add(process, wording)
    assert list(refused.value.fields) == [field]


def test_rules_are_of_those_who_run_the_service_and_each_is_there_once(process: Process) -> None:
    with pytest.raises(Forbidden):
        add(process, actor=process.actor(process.site.people.agent))
    add(process)
    with pytest.raises(Refused):
        add(process)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_done_about_one_thing_is_one_line_and_leads_there(process: Process) -> None:
    site = process.site
    add(process)
    add(process, Wording("idea.edited", "actor", "", "Changed an idea"))
    agreed(process)
    idea = agent_has_an_idea(process)
    process.site.drain()
    agent_id = site.people.agent.id
    with site.reading() as session:
        row = session.scalars(select(Evidence)).one()
        again = {c.name: getattr(row, c.name) for c in Evidence.__table__.columns}
    with site.writing() as session:
        session.add_all(Evidence(**{**again, "position": 900 + each}) for each in range(3))
    with site.reading() as session:
        found = showing.lines(session, Actor.visitor(), site.service, agent_id)
    assert [(each.label, str(each.thing.label)) for each in found] == [
        ("Proposed an idea", idea.title)
    ]


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_badge_has_what_everybody_can_look_up(process: Process) -> None:
    small_juries(process.site)
    add(process)
    idea = agent_has_an_idea(process)
    number = agreed(process)
    process.site.drain()  # what is evidence comes before the decision
    process.endorse_twice(number)
    process.volunteer()
    sitting = process.close_pool(number)
    with clock.freeze(clock.now() + timedelta(hours=3)):
        process.draw(sitting)
        process.vote(sitting)
        made = process.decide(sitting)
    assert made is not None
    evidence = json.loads(process.badge(made).document)["evidence"]
    assert [each["name"] for each in evidence] == ["Ce que d’autres ont vu", idea.title]
    assert f"/culture/idees/{idea.id}" in evidence[1]["id"]
    assert evidence[1]["narrative"] == "Proposed an idea"
