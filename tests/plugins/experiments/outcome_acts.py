"""How experiments end, and what follows, in the histories of the conformance kit."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from eak_core.kit.testing.site import Site
from eak_core.plugins.per_service.activation import active_plugins
from eak_experiments.drafting.finding import public
from eak_experiments.drafting.saving import today
from eak_experiments.models import Experiment
from eak_experiments.moderating import hide_experiment
from eak_experiments.outcome import closing, evidence
from eak_experiments.protocol.closing import STEPS, Closing, Verdict
from eak_experiments.protocol.kit import Kit
from eak_experiments.replicating import again, importing
from eak_experiments.running import measuring
from tests.plugins.experiments.acts import one
from tests.plugins.experiments.content import experiment, record, started

STOPPED = Closing(
    outcome="stopped",
    verdicts=(Verdict(hypothesis="h1", verdict="not_confirmed", effect="*None* was seen."),),
    sample=300,
    cost=9_000,
    unintended="Neighbours *watered*.",
    lessons="Shade is *not enough*.",
    reasons="It does *not* work.",
)


def close(site: Site, dice: Random) -> None:
    """A manager closes an experiment."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, closing.CLOSABLE)
        if made is not None:
            active = active_plugins(session, site.service.id)
            part = {name: getattr(STOPPED, name) for name in STEPS["lessons"]}
            closing.save_part(session, actor, site.service, made, "lessons", part)
            closing.close(session, actor, site.service, made, STOPPED, active)


def hide(site: Site, dice: Random) -> None:
    """A manager hides an experiment, and shows it again."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, ("fixed", "running", "closed"))
        if made is not None:
            for shown in (False, True):
                hide_experiment(session, actor, site.service, made, "It *names* somebody.",
                                again=shown)  # fmt: skip


def lower(site: Site, dice: Random) -> None:
    """An experiment in which both arms were measured is closed, and a manager lowers its
    evidence."""
    actor, number = site.people.actor(site.people.manager), started(site)
    with site.writing() as session:
        made, active = experiment(session, number), active_plugins(session, site.service.id)
        for arm in ("trial", "comparison"):
            figure = ("h1", today(), Decimal(45), "%", 300, arm, "As *always*")
            measuring.measure(session, actor, site.service, made, *figure)
        closing.close(session, actor, site.service, made, STOPPED, active)
        evidence.lower(session, actor, site.service, made, 1, "The sample was *odd*.")


def follow(site: Site, dice: Random) -> timedelta:
    """A manager says what is left of an experiment, and two years pass."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, ("closed",))
        if made is not None:
            closing.follow(session, actor, site.service, made, "partly", "Two *tubs* stand.")
    return timedelta(days=720)


def write_kit(site: Site, dice: Random) -> None:
    """A manager writes how an experiment can be done again."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, ("fixed", "running", "closed"))
        if made is not None:
            said = Kit(core=f"Children *water*: {dice.random()}.", contact="The *laboratory*")
            again.save_kit(session, actor, site.service, made, said)


def do_again(site: Site, dice: Random) -> None:
    """A manager begins an experiment that does another one again."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        found = session.scalars(
            select(Experiment).where(*public(site.service.id)).order_by(Experiment.id)
        ).all()
        if found:
            title, words = f"Again {dice.random()}", "With *other* plants."
            again.again(session, actor, site.service, dice.choice(found), title, words, 80)


def take_in(site: Site, dice: Random) -> None:
    """A manager takes in an experiment of elsewhere."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        importing.take_in(session, actor, site.service, record(f"elsewhere/{dice.random()}"))


def do_shownto_the_end(site: Site, dice: Random) -> None:
    """An experiment does another one again, and is closed."""
    actor, origin, number = site.people.actor(site.people.manager), started(site), started(site)
    with site.writing() as session:
        made, active = experiment(session, number), active_plugins(session, site.service.id)
        made.origin_id = origin
        session.flush()
        closing.close(session, actor, site.service, made, STOPPED, active)


OUTCOME_ACTS = (
    close, hide, lower, write_kit, do_again, take_in, do_shownto_the_end, follow,
)  # fmt: skip
