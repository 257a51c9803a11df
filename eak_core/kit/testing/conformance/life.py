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
from eak_core.kit.testing.conformance.acts import CORE_ACTS, submit
from eak_core.kit.testing.conformance.histories import Play
from eak_core.kit.testing.conformance.trial import Act, Trial
from eak_core.kit.testing.site import Site
from eak_core.people.personal_data import erase_person
from eak_core.permissions import Actor

#: How often everything is tried, with other dice each time, until it has happened.
ROUNDS = 3


class Life:
    """What happens on ``site``, where the plugin is on, until nothing is missing any more.

    The same every time: an event that happens only now and then is one that a test cannot rely on.
    """

    def __init__(self, trial: Trial, site: Site) -> None:
        self.trial, self.site = trial, site
        self.play = Play(site)
        self.succeeded: set[Act] = set()
        self.refusals: dict[Act, EakError] = {}
        self.ran: set[Any] = set()
        self._rounds = self._farewells = 0
        self._watching = False

    def live(self, *, until: Callable[[], bool] | None = None) -> None:
        """Let round after round happen, at least one, until ``until`` holds; by default until all
        has happened that the plugin declares, with a person who leaves in between."""
        enough = until or (lambda: not any(self.missing()))
        with self.watched():
            for _round in range(ROUNDS):
                self.round()
                if enough():
                    return
                if until is None:
                    self.farewell()

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
        try:
            # Of the core's acts several are handled at once, as it happens where much happens.
            refusal = self.play.one(act, dice, handled=act in self.trial.acts)
        except Exception as error:
            raise AssertionError(
                f"The act “{name_of(act)}” of “{self.trial.name}” fails: {error!r}. What is refused"
                " is refused with an error of eak_core.api, and an act that finds nothing to act on"
                " does nothing."
            ) from error
        if refusal is None:
            self.succeeded.add(act)
        else:
            self.refusals[act] = refusal

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


def name_of(act: Act) -> str:
    """What an act is called in its module."""
    return getattr(act, "__name__", repr(act))
