"""Totals of ideas are kept with the log: whatever happens, they are what the rows say."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import EakError
from eak_core.events import publish
from eak_core.events.core import get_event_core
from eak_core.events.reading import verify
from eak_core.ideas.counting.monthly import median, months
from eak_core.ideas.counting.totals import shown_totals
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.events import IdeaEdited
from eak_core.ideas.models import Idea, IdeaCommune, IdeaSubject, IdeaTotal
from eak_core.ideas.proposing.proposals import Origin, Proposal, edit_idea, import_idea, submit_idea
from eak_core.ideas.reading import listing
from eak_core.ideas.stages import DRAFT
from eak_core.ideas.visibility import is_public, subject_of
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide, restore
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor

SYSTEM = Actor.system()
ACTIVE = frozenset({"poll", "pilot"})


def counted(session: Session, service_id: int) -> tuple[object, ...]:
    """The totals as pages ask for them."""
    return (
        listing.count_by_stage(session, service_id),
        listing.count_managed(session, service_id),
        listing.count_by_subject(session, service_id),
        listing.count_by_commune(session, service_id),
        listing.count_placed(session, service_id),
        shown_totals(session, [service_id]).get(service_id, 0),
    )


def gone_through(session: Session, service_id: int) -> tuple[object, ...]:
    """The same, of ideas looked at one by one."""
    every = session.scalars(select(Idea).where(Idea.service_id == service_id)).all()
    shown = [each for each in every if is_public(session, each)]
    ids = [each.id for each in shown]
    subjects = select(IdeaSubject.subject_id).where(IdeaSubject.idea_id.in_(ids))
    communes = session.execute(
        select(IdeaCommune.idea_id, IdeaCommune.commune_code).where(IdeaCommune.idea_id.in_(ids))
    ).all()
    return (
        Counter(each.stage for each in shown),
        Counter(each.stage for each in every if each.stage != DRAFT),
        Counter(session.scalars(subjects)),
        Counter(code for _idea, code in communes),
        len({idea_id for idea_id, _code in communes}),
        len(shown),
    )


def faults(site: Site) -> list[str]:
    with site.reading() as session, site.app.app_context():
        return list(verify(session, get_event_core(site.app).registry))


class History:
    """What may happen to ideas, drawn by ``dice``."""

    def __init__(self, site: Site, dice: Random) -> None:
        self.site, self.dice = site, dice
        with site.reading() as session:
            self.subjects = [each.id for each in subjects_of(session, site.service.id)]
        self.author = site.people.actor(site.people.citizen)

    def act(self, session: Session) -> None:
        act: Callable[..., object] = self.dice.choice(
            [self.submit, self.take_over, self.edit, self.move, self.move, self.withdraw,
             self.hide, self.hide, self.show]
        )  # fmt: skip
        ideas = session.scalars(select(Idea).order_by(Idea.id)).all()
        act(session, self.dice.choice(ideas) if ideas else None)

    def _proposal(self) -> Proposal:
        return Proposal(
            title="Un banc", problem="Rien où s’asseoir.", body="Un banc.",
            subjects=tuple(self.dice.sample(self.subjects, self.dice.randint(0, 3))),
            communes=tuple(self.dice.sample(["92050", "92012", "92004"], self.dice.randint(0, 2))),
        )  # fmt: skip

    def submit(self, session: Session, _idea: Any) -> None:
        submit_idea(session, self.author, self.site.service, self._proposal())

    def take_over(self, session: Session, _idea: Any) -> None:
        origin = Origin("decidim", str(self.dice.randint(1, 5)))
        import_idea(session, SYSTEM, self.site.service, self._proposal(), origin, clock.now())

    def edit(self, session: Session, idea: Any) -> None:
        edit_idea(session, self.author, self.site.service, idea, self._proposal())

    def move(self, session: Session, idea: Any) -> None:
        to = self.dice.choice(["screening", "accepted", "rejected", "polling"])
        change_stage(session, SYSTEM, self.site.service, ACTIVE, idea, to, "Vu.")

    def withdraw(self, session: Session, idea: Any) -> None:
        withdraw_idea(session, self.author, self.site.service, ACTIVE, idea, "Fait ailleurs.")

    def hide(self, session: Session, idea: Any) -> None:
        hide(session, SYSTEM, self.site.service, subject_of(idea.id), "Hors sujet.")

    def show(self, session: Session, idea: Any) -> None:
        restore(session, SYSTEM, self.site.service, subject_of(idea.id), "Tout compte fait.")


def test_months_tell_ideas_people_and_the_median_delay(
    site: Site, clock: FrozenClock, manager: Actor, citizen: Actor, agent: Actor
) -> None:
    def shown() -> tuple[list[tuple[str, int, int, int, int | None]], int]:
        with site.reading() as session, Queries(site.app) as queries:
            found = months(session, [site.service.id], clock.now, 2)
        told = [
            (f"{each.first:%Y-%m}", each.ideas, each.people, each.answered, each.delay)
            for each in found
        ]
        return told, queries.count

    _ = manager, citizen, agent
    # Half an hour before midnight in Paris it is May still, also where clocks show less.
    clock.set(datetime(2026, 5, 31, 21, 30, tzinfo=UTC))
    first, second, taken = (site.submit(author=who) for who in (citizen, citizen, agent))
    with site.writing() as session:
        import_idea(
            session,
            SYSTEM,
            site.service,
            Proposal(title="Elsewhere", body="It is.", problem=""),
            Origin("decidim", "1"),
            clock.now,
        )
    empty = shown()
    assert empty[0] == [("2026-04", 0, 0, 0, None), ("2026-05", 3, 2, 0, None)]
    clock.set(datetime(2026, 6, 10, 22, tzinfo=UTC))
    with site.writing() as session:
        rows = {each.id: each for each in session.scalars(select(Idea))}
        change_stage(session, manager, site.service, ACTIVE, rows[first.id], "rejected", "Vu.")
        withdraw_idea(session, agent, site.service, ACTIVE, rows[taken.id], "Fait ailleurs.")
    clock.set(datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    with site.writing() as session:
        row = session.get_one(Idea, second.id)
        change_stage(session, manager, site.service, ACTIVE, row, "rejected", "Vu.")
    assert shown()[0] == [("2026-06", 0, 0, 1, 10), ("2026-07", 0, 0, 1, 30)]
    assert shown()[1] == empty[1] == 2
    clock.set(datetime(2026, 5, 31, 22, tzinfo=UTC))
    assert shown()[0][0] == ("2026-05", 3, 1, 0, None)
    assert [median(each) for each in ((), ((9, 1),), ((9, 1), (2, 1)), ((3, 2), (40, 1)))] == [
        None, 9, 2, 3,
    ]  # fmt: skip
    assert faults(site) == []
    page = site.browser()
    page.sign_in(site.people.manager)
    clock.set(datetime(2026, 6, 30, 21, tzinfo=UTC))
    assert re.search(r"10\sjours", page.get("/culture/gestion/chiffres").text)
    table = page.get("/culture/gestion/chiffres/delais.csv")
    assert "06/2026;10;1" in table.text.replace(",", ";")
    assert page.get("/culture/gestion/chiffres/autre.csv").status_code == 404


@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_the_totals_are_what_the_rows_say(site: Site, seed: int) -> None:
    dice = Random(seed)
    history = History(site, dice)
    for _transaction in range(25):
        try:
            with site.writing() as session:
                for _act in range(dice.randint(1, 3)):
                    try:
                        with session.begin_nested():
                            history.act(session)
                    except (EakError, AttributeError):  # refused, or there is no idea yet
                        continue
                if dice.random() < 0.1:
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            continue
    service_id = site.service.id
    with site.reading() as session:
        assert counted(session, service_id) == gone_through(session, service_id)
        assert listing.count_managed(session, service_id)
    assert faults(site) == []


def test_what_is_hidden_while_it_is_moved_is_counted_once(
    site: Site, manager: Actor, database: Kind
) -> None:
    idea = site.submit()
    met = threading.Barrier(2, timeout=20)

    def act(session: Session, number: int) -> None:
        if number:
            known = session.get_one(Idea, idea.id)
            change_stage(session, manager, site.service, ACTIVE, known, "screening", "Vu.")
        else:
            hide(session, manager, site.service, subject_of(idea.id), "Hors sujet.")
        session.flush()
        if database == "postgresql":
            met.wait()

    def once(number: int) -> None:
        with site.writing() as session:
            act(session, number)

    with ThreadPoolExecutor(2) as both:
        list(both.map(once, range(2)))
    with site.reading() as session:
        assert listing.count_by_stage(session, site.service.id) == {}
        assert listing.count_managed(session, site.service.id) == {"screening": 1}
    assert faults(site) == []


def test_ideas_that_are_moved_with_their_plugin_and_their_author_are_counted(
    site: Site, manager: Actor
) -> None:
    for name in sorted(ACTIVE):
        site.enable(name)
    ideas = [site.submit() for _each in range(3)]
    with site.writing() as session:
        for idea in ideas[:2]:
            known = session.get_one(Idea, idea.id)
            for to in ("screening", "accepted", "polling"):
                change_stage(session, manager, site.service, ACTIVE, known, to, "Vu.")
        hide(session, manager, site.service, subject_of(ideas[2].id), "Hors sujet.")
    site.disable("poll")
    with site.writing() as session:
        erase_person(session, SYSTEM, site.people.citizen.id)
    with site.reading() as session:
        assert listing.count_by_stage(session, site.service.id) == {"accepted": 2}
        assert listing.count_managed(session, site.service.id) == {"accepted": 2, "withdrawn": 1}
    assert faults(site) == []


def test_a_total_that_is_wrong_is_told_and_put_right_by_a_rebuild(site: Site) -> None:
    site.submit()
    with site.writing() as session:
        here = IdeaTotal.service_id == site.service.id
        session.execute(update(IdeaTotal).where(here, IdeaTotal.kind == "stage").values(ideas=7))
    place = f"service {site.service.id}"
    assert faults(site) == [f"{place}: the total “stage submitted” says 7 ideas, there are 1"]
    site.replay("core")
    assert faults(site) == []
    with site.reading() as session:
        assert listing.count_by_stage(session, site.service.id) == {"submitted": 1}


def test_a_service_counts_its_own_ideas_alone(site: Site) -> None:
    other = site.add_service("routes", audience="internal")
    agent = site.people.actor(site.people.agent)
    site.submit()
    site.submit(service=other, author=agent)
    site.submit(service=other, author=agent)
    with site.reading() as session:
        assert shown_totals(session, [site.service.id]) == {site.service.id: 1}
    assert "2 idées" not in site.browser().read("/").text


def test_an_idea_that_went_to_another_service_counts_there_alone(site: Site) -> None:
    idea, other = site.submit(), site.add_service("routes")
    with site.writing() as session:
        session.execute(update(Idea).where(Idea.id == idea.id).values(service_id=other.id))
        for service in (site.service, other):
            publish(session, IdeaEdited(idea_id=idea.id), service_id=service.id)
    site.publish(IdeaEdited(idea_id=idea.id))
    with site.reading() as session:
        assert shown_totals(session, [site.service.id, other.id]) == {
            site.service.id: 0,
            other.id: 1,
        }
    assert faults(site) == []
