"""What happens while experiments are under way, in the histories of the conformance kit."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from eak_core.kit.testing.site import Site
from eak_experiments.drafting.saving import today
from eak_experiments.models import Experiment
from eak_experiments.record import Alert, Entry
from eak_experiments.running import going_on, logbook, measuring, stops
from eak_experiments.running.measuring import measures_of
from tests.plugins.experiments.acts import one
from tests.plugins.experiments.content import experiment, started

UNDER_WAY: Sequence[str] = ("running", "suspended", "evaluating")


def measure(site: Site, dice: Random) -> timedelta:
    """A manager enters a figure, sometimes one that reaches the stop threshold."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, UNDER_WAY)
        if made is not None:
            value, arm = Decimal(dice.choice((12, 45, 55))), dice.choice(("trial", "comparison"))
            standing = {(each.day, each.arm) for each in measures_of(session, made)}
            if (today(), arm) not in standing:
                measuring.measure(
                    session, actor, site.service, made, "h1", today(), value, "%", 300, arm,
                    "As *always*",
                )  # fmt: skip
    return timedelta(days=1)


def strike(site: Site, dice: Random) -> None:
    """A manager strikes a figure that was just entered."""
    actor, number = site.people.actor(site.people.manager), started(site)
    with site.writing() as session:
        made = experiment(session, number)
        figure = ("h1", today(), Decimal(45), "%", 300, "trial", "As *always*")
        measuring.measure(session, actor, site.service, made, *figure)
        entered = measures_of(session, made)[0].id
        measuring.strike(session, actor, site.service, made, entered, "A *slip* of the pen.")


def write(site: Site, dice: Random) -> None:
    """A manager writes in the logbook."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, logbook.LOGGED)
        if made is not None:
            logbook.log(
                session, actor, site.service, made, dice.choice(("observation", "incident")),
                today(), f"It *rained* on {dice.random()}.", private=dice.random() < 0.3,
            )  # fmt: skip


def respond(site: Site, dice: Random) -> None:
    """A citizen says how they find an experiment."""
    actor = site.people.actor(site.people.citizen)
    with site.writing() as session:
        made = one(session, site, dice, logbook.HEARD)
        if made is not None:
            logbook.hear(session, actor, site.service, made, f"I *like* it {dice.random()}.")


def read_feedback(site: Site, dice: Random) -> None:
    """A manager reads what a citizen said."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        entry = session.scalars(
            select(Entry).where(Entry.waits.is_(True)).order_by(Entry.id)
        ).first()
        if entry is not None:
            made, shown = experiment(session, entry.experiment_id), dice.random() < 0.7
            logbook.read_feedback(session, actor, site.service, made, entry, shown=shown)


def pause_and_stop(site: Site, dice: Random) -> None:
    """A manager suspends an experiment, resumes it, and stops it at its review."""
    actor, number = site.people.actor(site.people.manager), started(site)
    with site.writing() as session:
        made = experiment(session, number)
        going_on.suspend(session, actor, site.service, made, "It is *not safe*.")
        going_on.resume(session, actor, site.service, made, "It is *safe* again.")
        decision = dice.choice(("go_on", "stop", "stop"))
        going_on.review(session, actor, site.service, made, "So *far* so good.", decision)


def extend(site: Site, dice: Random) -> None:
    """A manager lets an experiment end later."""
    actor, number = site.people.actor(site.people.manager), started(site)
    with site.writing() as session:
        made = experiment(session, number)
        assert made.ends_on is not None
        until = made.ends_on + timedelta(days=30)
        going_on.extend(session, actor, site.service, made, until, "It *rained* too much.")


def answer(site: Site, dice: Random) -> None:
    """A manager decides what follows from a stop threshold."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        alert = session.scalars(
            select(Alert).where(Alert.answered_at.is_(None)).order_by(Alert.experiment_id)
        ).first()
        if alert is None:
            return
        made = session.get_one(Experiment, alert.experiment_id)
        decided = stops.answer(
            session, actor, site.service, made, "h1", dice.choice(("go_on", "stop")), "So *be* it."
        )
        going_on.carry_out(session, actor, made, decided, "So *be* it.")


RUNNING_ACTS = (
    measure, measure, strike, write, write, respond, read_feedback, pause_and_stop, extend, answer,
)  # fmt: skip
