"""Whenever a plugin was switched on, it comes to the same: early, late, or built anew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select

from eak_core import clock
from eak_core.errors import EakError
from eak_core.events.models import ParkedEvent
from eak_core.kit.testing.conformance.acts import CORE_ACTS
from eak_core.kit.testing.conformance.trial import Act, Trial
from eak_core.kit.testing.site import Site
from eak_core.services.events import ServiceChanged

#: What happened, in order, each with the dice it was thrown with.
History = Sequence[tuple[Act, int]]

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: How many histories are tried each time, others than the last time.
EXAMPLES = {"sqlite": 4, "postgresql": 2}


def histories(acts: Sequence[Act], *, longest: int = 10) -> st.SearchStrategy[History]:
    """Histories made of ``acts``."""
    return st.lists(st.tuples(st.sampled_from(acts), st.integers(0, 2**16)), max_size=longest)


class Play:
    """Lets a history happen on ``site``, one minute after the other."""

    def __init__(self, site: Site, now: datetime = START) -> None:
        self.site = site
        self.now = now

    @contextmanager
    def moment(self) -> Iterator[None]:
        """The next minute."""
        self.now += timedelta(minutes=1)
        with self.still():
            yield

    @contextmanager
    def still(self) -> Iterator[None]:
        """The minute it is."""
        with clock.freeze(self.now):
            yield

    def act(self, history: History, *, skip: Sequence[bool] = ()) -> list[bool]:
        """Let ``history`` happen; answers which of its acts were refused. ``skip`` leaves out what
        the plugin refused while it was on elsewhere, so that the same happens here."""
        refused = []
        for number, (act, dice) in enumerate(history):
            if number < len(skip) and skip[number]:
                with self.moment():
                    refused.append(True)
                continue
            refused.append(self.one(act, dice) is not None)
        return refused

    def one(self, act: Act, dice: int, *, handled: bool = True) -> EakError | None:
        """Let ``act`` happen, and what follows from it unless that is to wait (``handled``);
        answers how it was refused."""
        passes, refusal = None, None
        with self.moment():
            try:
                passes = act(self.site, Random(dice))
            except EakError as error:
                refusal = error
            if handled:
                self.site.drain()
        if passes:
            self.now += passes
            with self.still():
                self.site.drain()
        return refusal

    def nothing(self) -> None:
        """An event that means nothing, where elsewhere the plugin was switched on."""
        with self.moment():
            service = self.site.service
            self.site.publish(ServiceChanged(changed_id=service.id, changed=("description",)))

    def enable(self, name: str) -> None:
        """Switch the plugin on, and let it catch up."""
        with self.moment():
            self.site.enable(name)
            self.site.drain()


def check_early_is_late_is_rebuilt(trial: Trial) -> None:
    """T21: on from the start, switched on late or built anew, a plugin knows the same."""
    site = trial.site()

    @seed(trial.seed)
    @_examples(trial)
    @given(histories(CORE_ACTS), histories([*CORE_ACTS, *trial.acts]))
    def prove(before: History, after: History) -> None:
        ensure_lives_are_the_same(trial, site, before, after)

    prove()


def ensure_lives_are_the_same(trial: Trial, site: Site, before: History, after: History) -> Play:
    """Let ``before`` and ``after`` happen twice on ``site``, with the plugin on from the start, and
    with it on in between; the same at the same instants. Answers the second life."""
    early = _begin(trial, site)
    early.enable(trial.name)
    refused_before = early.act(before)
    early.nothing()
    refused_after = early.act(after)
    expected = trial.state(site)
    _ensure_nothing_parked(trial, site)

    # Had a minute passed, what was due in it would have happened besides.
    with early.still():
        site.replay(trial.name)
    _ensure_equal(trial, expected, trial.state(site), "after it is built anew")

    late = _begin(trial, site)
    late.nothing()
    late.act(before, skip=refused_before)
    late.enable(trial.name)
    # What is refused is tried here as well: a sequence of numbers moves with each attempt.
    _ensure_equal(trial, refused_after, late.act(after), "when it is switched on late")
    _ensure_equal(trial, expected, trial.state(site), "when it is switched on late")
    return late


def _begin(trial: Trial, site: Site) -> Play:
    trial.sites.renew(site)
    with clock.freeze(START):
        _ = site.people.citizen, site.people.manager
        trial.prepare(site)
    return Play(site)


def _examples(trial: Trial) -> settings:
    return settings(
        max_examples=EXAMPLES[trial.sites.kind],
        deadline=None,
        database=None,
        # Each step of shrinking costs three lives of a site, and histories are short anyway.
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )


def _ensure_equal(trial: Trial, expected: object, got: object, when: str) -> None:
    assert got == expected, (
        f"“{trial.name}” {when} does not know what it knew when it was on from the start."
        " A handler may use the event, ctx and the plugin's own tables, and nothing that changes"
        " with time: not the clock, not ctx.replaying, not what other tables say today."
        f" From the start: {expected}. Now: {got}."
    )


def _ensure_nothing_parked(trial: Trial, site: Site) -> None:
    with site.reading() as session:
        errors = session.scalars(
            select(ParkedEvent.error).where(ParkedEvent.plugin == trial.name)
        ).all()
    assert not errors, f"A handler of “{trial.name}” raises: {errors[0]}"
