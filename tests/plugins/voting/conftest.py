"""Votes, on in the service of every test."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from eak_core.cli import cli
from eak_core.db import Session
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.services.models import Service
from eak_voting.ballots.finding import terms_of
from eak_voting.ballots.preparing import Draft, prepare
from eak_voting.casting import choices, receipts
from eak_voting.casting.box import Cast
from eak_voting.casting.opening import announce
from eak_voting.casting.votes import cast
from eak_voting.models import Ballot
from eak_voting.settings import (
    ApprovalRules,
    BudgetRules,
    Criterion,
    MajorityRules,
    Secrecy,
    Settings,
    Terms,
)

CRITERIA = (
    Criterion(code="economic", name="Economic", weight=2),
    Criterion(code="social", name="Social"),
)

RULES: dict[str, dict[str, Any]] = {
    "support": {},
    "approval": {"approval": ApprovalRules()},
    "majority": {"majority": MajorityRules(criteria=CRITERIA)},
    "budget": {"budget": BudgetRules(amount=100)},
}


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_voting.plugin"]


@pytest.fixture
def site(site: Site) -> Site:
    site.enable("voting")
    return site


class Polls:
    """Ballots of the service and the people who vote in them, each act in its transaction."""

    def __init__(self, site: Site, clock: FrozenClock) -> None:
        self.site, self.clock = site, clock
        self._voters: dict[int, Actor] = {}

    @property
    def service(self) -> Service:
        return self.site.service

    @property
    def manager(self) -> Actor:
        return self.site.people.actor(self.site.people.manager)

    def voter(self, number: int = 1) -> Actor:
        """One of many citizens with a confirmed account."""
        if number not in self._voters:
            person = self.site.people.add(f"Voter {number}")
            self._voters[number] = self.site.people.actor(person)
        return self._voters[number]

    def ideas(self, count: int = 3) -> list[Idea]:
        return [self.site.submit(f"Idea {number}") for number in range(1, count + 1)]

    def in_stage(self, stage: str, title: str = "An orchard") -> Idea:
        """An idea that managers brought to ``stage`` on the usual way."""
        idea, manager = self.site.submit(title), self.manager
        for next_stage in ("screening", "accepted", "voting"):
            with self.site.writing() as session:
                moved = session.get_one(Idea, idea.id)
                active = frozenset({"voting"})
                change_stage(
                    session, manager, self.service, active, moved, next_stage, "It is ready."
                )
            if next_stage == stage:
                break
        return moved

    def draft(
        self,
        method: str = "approval",
        secrecy: Secrecy = "pseudonymous",
        *,
        ideas: Sequence[Idea] | int = 3,
        opens_in: timedelta = timedelta(0),
        lasts: timedelta = timedelta(days=7),
        costs: Sequence[int] = (),
        title: str = "A greener yard",
        **settings: Any,
    ) -> Ballot:
        """A ballot that only managers see."""
        chosen = self.ideas(ideas) if isinstance(ideas, int) else ideas
        opens_at = self.clock.now + opens_in
        draft = Draft(
            title=title,
            text="What should come **first**?",
            settings=Settings(
                method=method,  # type: ignore[arg-type]
                secrecy=secrecy,
                **{**RULES[method], **settings},
            ),
            opens_at=opens_at,
            closes_at=opens_at + lasts,
            ideas=[idea.id for idea in chosen],
            costs={idea.id: cost for idea, cost in zip(chosen, costs or [40] * 99, strict=False)},
        )
        with self.site.writing() as session:
            return prepare(session, self.manager, self.service, draft)

    def open(
        self, method: str = "approval", secrecy: Secrecy = "pseudonymous", **more: Any
    ) -> Ballot:
        """A ballot that takes votes from now on, or from when it opens."""
        ballot = self.draft(method, secrecy, **more)
        with self.site.writing() as session:
            announce(session, self.manager, self.service, session.get_one(Ballot, ballot.id))
        return self.now(ballot)

    def now(self, ballot: Ballot) -> Ballot:
        """The ballot as it stands."""
        with self.site.reading() as session:
            return session.get_one(Ballot, ballot.id)

    def terms(self, ballot: Ballot) -> Terms:
        with self.site.reading() as session:
            return terms_of(session, self.service, session.get_one(Ballot, ballot.id))

    def vote(
        self, ballot: Ballot, said: Any, by: Actor | None = None, *, form_key: str = "", **more: Any
    ) -> Cast:
        """``said``: numbers of options, points by number, or grades by number."""
        with self.site.writing() as session:
            return self.cast_in(session, ballot, said, by or self.voter(), form_key, **more)

    def cast_in(
        self,
        session: Session,
        ballot: Ballot,
        said: Any,
        by: Actor,
        form_key: str = "",
        **more: Any,
    ) -> Cast:
        """As `vote`, in a transaction that somebody else ends."""
        held = session.get_one(Ballot, ballot.id)
        text = choices.write(terms_of(session, self.service, held), said)
        key = form_key or receipts.new_form_key()
        return cast(session, by, self.service, held, text, form_key=key, **more)

    def close(self, ballot: Ballot) -> Ballot:
        """Let the ballot's end come, and the worker count it."""
        self.clock.set(max(self.clock.now, ballot.closes_at + timedelta(seconds=31)))
        self.site.drain()
        return self.now(ballot)


@pytest.fixture
def polls(site: Site, clock: FrozenClock) -> Polls:
    return Polls(site, clock)


@pytest.fixture
def eak(site: Site, instance: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``eak voting …`` on the database of the site."""
    monkeypatch.setenv("EAK_DATABASE_URL", site.url)
    assert site.service.slug == "culture"

    def run(*arguments: str) -> Result:
        options = ["--instance", str(instance), "voting", *arguments]
        return CliRunner().invoke(cli, [*options, "--service", "culture"])

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "small.pb"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def cheap_accounts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts without the price of a password each, where nobody signs in."""
    if "people" not in request.fixturenames:
        monkeypatch.setattr("eak_core.people.accounts.account.hash_password", lambda password: None)
