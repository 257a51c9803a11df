"""A life long enough for everything to happen that a plugin declares, and what never did."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any

from sqlalchemy import select

from eak_core.errors import EakError
from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog, ParkedEvent, ScheduledWork
from eak_core.events.reading import head
from eak_core.kit.testing.conformance.acts import CORE_ACTS, submit
from eak_core.kit.testing.conformance.histories import Play
from eak_core.kit.testing.conformance.hostile import HOSTILE
from eak_core.kit.testing.conformance.trial import Act, Trial
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Past
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor

#: How often everything is tried, with other dice each time, until it has happened.
ROUNDS = 3


class Life:
    """What happens on ``site``, where the plugin is on, until nothing is missing any more.

    The same every time: an event that happens only now and then is one that a test cannot rely on.
    What acts do without an event of the service is ``silent``.
    """

    def __init__(self, trial: Trial, site: Site) -> None:
        self.trial, self.site = trial, site
        self.play = Play(site)
        self.succeeded: set[Act] = set()
        self.refusals: dict[Act, EakError] = {}
        self.ran: set[Any] = set()
        self.silent: set[Act] = set()
        self._rounds = self._farewells = 0
        self._watching = False

    def on(self, trial: Trial, site: Site) -> "Life":
        """The same life up to here, going on at ``site``."""
        life = Life(trial, site)
        life.play.now = self.play.now
        life.succeeded, life.silent = set(self.succeeded), set(self.silent)
        life.refusals, life.ran = dict(self.refusals), set(self.ran)
        life._rounds, life._farewells = self._rounds, self._farewells
        return life

    def live(self, *, until: Callable[[], bool] | None = None) -> None:
        """Let round after round happen, at least one, until ``until`` holds; by default until all
        has happened that the plugin declares, with a person who leaves in between."""
        enough = until or (lambda: not any(self.missing()))
        with self.watched():
            while self._rounds < ROUNDS:
                if self._rounds and enough():
                    return
                if self._rounds and until is None:
                    self.farewell()
                self.round()

    def round(self) -> None:
        """Let everything happen that can."""
        # What moderation and withdrawals leave is little to act on, so ideas come between.
        chosen: list[Act] = [*CORE_ACTS, submit, submit, *self.trial.acts]
        if self._rounds:
            Random(self._rounds).shuffle(chosen)
        for number, act in enumerate(chosen):
            self._one(act, 1000 * self._rounds + number)
        with self.play.still():
            self.site.drain()
        self._rounds += 1

    def farewell(self) -> None:
        """The citizen closes the account for good, and another one comes, of the same name."""
        self._farewells += 1
        with self.watched(), self.play.moment():
            name, person = self.site.people.citizen.name, self.site.people.citizen.id
            _ = self.site.people.administrator
            with self.site.writing() as session:
                erase_person(session, Actor.system(), person)
            self.site.drain()
            address = f"successor{self._farewells}"
            self.site.people.citizen = self.site.people.add(name, address=address)

    def _one(self, act: Act, dice: int) -> None:
        before = self.head()
        try:
            # Of the core's acts several are handled at once, as it happens where much happens.
            refusal = self.play.one(act, dice, handled=act in self.trial.acts)
        except Exception as error:
            raise AssertionError(
                f"The act “{name_of(act)}” of “{self.trial.name}” fails: {error!r}. What is refused"
                " is refused with an error of eak_core.api, and an act that finds nothing to act on"
                " does nothing."
            ) from error
        if refusal is not None:
            self.refusals[act] = refusal
            return
        self.succeeded.add(act)
        if self.head() == before:
            self.silent.add(act)

    def head(self) -> int:
        """How many events of the service there are."""
        with self.site.reading() as session:
            return head(session, self.site.service.id)

    def missing(self) -> tuple[list[str], list[str], list[str], list[str]]:
        """What has not happened: acts that were never more than refused, events, handlers, and
        what is done for scheduled work, each by name."""
        manifest = self.trial.manifest
        with self.site.reading() as session:
            query = select(EventLog.type).where(EventLog.service_id == self.site.service.id)
            happened = set(session.scalars(query.distinct()))
        acts = [act for act in self.refusals if act not in self.succeeded]
        return (
            [f"{name_of(act)} ({self.refusals[act]})" for act in acts],
            sorted({each.name for each in manifest.events} - happened),
            [
                f"{each.name} ({', '.join(sorted(each.claims))})"
                for number, each in enumerate(manifest.subscribers)
                if number not in self.ran
            ],
            # One function may be for several kinds of work.
            sorted(
                {
                    each.writes.__name__
                    for each in manifest.scheduled.values()
                    if each.writes not in self.ran
                }
            ),
        )

    def failures(self) -> list[str]:
        """What raised: tracebacks of parked events, and of work that was due."""
        name = self.trial.name
        with self.site.reading() as session:
            parked = session.scalars(select(ParkedEvent.error).where(ParkedEvent.plugin == name))
            work = (ScheduledWork.plugin == name, ScheduledWork.error.is_not(None))
            due = session.execute(select(ScheduledWork.name, ScheduledWork.error).where(*work))
            return [
                *(f"A handler of “{name}” raises: {error}" for error in parked if error),
                *(
                    f"What “{name}” does when “{what}” is due raises: {error}"
                    for what, error in due
                ),
            ]

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Meanwhile note in ``ran`` which handlers are called, and which work is done."""
        core, name = get_event_core(self.site.app), self.trial.name
        if self._watching:
            yield
            return
        self._watching = True
        before = core.subscribers, core.scheduled
        subscribers = tuple(
            replace(each, function=self._noting(number, each.function))
            for number, each in enumerate(core.subscribers.get(name, ()))
        )
        scheduled = {
            kind: replace(work, writes=self._noting(work.writes, work.writes))
            for kind, work in core.scheduled.get(name, {}).items()
        }
        core.subscribers = {**core.subscribers, name: subscribers}
        core.scheduled = {**core.scheduled, name: scheduled}
        vars(core).pop("claims", None)
        try:
            yield
        finally:
            self._watching = False
            core.subscribers, core.scheduled = before
            vars(core).pop("claims", None)

    def _noting(self, what: Any, function: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            self.ran.add(what)
            return function(*arguments)

        return noted


def lived(trial: Trial) -> Life:
    """A life of one round, on a site of its own. It is lived once for all checks that go on from
    there, by people who mean harm where they are asked for a name."""
    past, life = trial.shared("past", _first_round)
    site = trial.empty_site()
    trial.sites.renew(site, past)
    return life.on(trial, site)


def _first_round(trial: Trial) -> tuple[Past, Life]:
    site = trial.site(f"{HOSTILE}Culture")
    site.people.citizen = site.people.add(f"{HOSTILE}Camille", address="camille")
    site.enable(trial.name)
    life = Life(trial, site)
    with life.watched():
        life.round()
    return trial.sites.keep(site), life


def name_of(act: Act) -> str:
    """What an act is called in its module."""
    return getattr(act, "__name__", repr(act))
