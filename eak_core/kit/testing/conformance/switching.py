"""Switching a plugin on and off, time and again, leaves nothing behind."""

import gc
from itertools import pairwise
from random import Random
from weakref import ReferenceType

from sqlalchemy import func, select

from eak_core.events.log import committed
from eak_core.events.models import Subscription
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.site import Site
from eak_core.plugins.hooks.shapes import SHAPES
from eak_core.plugins.loading.host import get_host
from eak_core.services.models import Service

#: How often it is switched in each of two stretches: what grows in both grows each time.
TOGGLES = 10
#: What one switch may leave in memory, in objects that Python's collector knows.
SPARE_OBJECTS = 1


def check_it_can_be_switched(trial: Trial) -> None:
    """It can be switched on and off."""
    site = trial.site()
    with site.enabled(trial.name):
        assert trial.name in site.active(), f"“{trial.name}” was switched on, and is not on."
    assert trial.name not in site.active(), f"“{trial.name}” was switched off, and is on."


def check_switching_leaves_nothing(trial: Trial) -> None:
    """T45: switching on and off many times leaves memory, receivers and rows as they were."""
    site, dice = trial.site(), trial.dice()
    places = [site.service, site.add_service("routes", "Routes")]
    for other in places[1:]:
        for name in trial.company:
            site.enable(name, service=other)
    for place in places:
        with site.enabled(trial.name, service=place):
            pass
    with site.app.app_context():
        host = get_host()
    _switch(trial, site, places, dice)
    # What earlier tests left alive, and may let go of now, must not count against what grows. It
    # stays frozen: whoever thawed it would have each later collection walk through it again.
    gc.freeze()
    stood = [_standing(site)]
    for _stretch in range(2):
        _switch(trial, site, places, dice)
        stood.append(_standing(site))
    with site.app.app_context():
        assert get_host() is host
    assert stood[0][:-1] == stood[-1][:-1], (
        f"After {2 * TOGGLES} switches “{trial.name}” left more behind: hooks, rules, receivers and"
        f" subscriptions were {stood[0][:-1]}, and are {stood[-1][:-1]}."
    )
    # What is made once, and then kept on purpose, grows in one stretch at most.
    grown = min(after[-1] - before[-1] for before, after in pairwise(stood))
    assert grown < SPARE_OBJECTS * TOGGLES, (
        f"After {TOGGLES} switches {grown} more objects are alive, and as many after {TOGGLES}"
        f" more: “{trial.name}” keeps something each time."
    )


def _switch(trial: Trial, site: Site, places: list[Service], dice: Random) -> None:
    """Switch in one place or the other, as the dice fall, and end with off everywhere."""
    on: set[int] = set()
    for _time in range(TOGGLES):
        place = dice.choice(places)
        if place.id in on:
            site.disable(trial.name, service=place)
        else:
            site.enable(trial.name, service=place)
        on ^= {place.id}
    for place in places:
        if place.id in on:
            site.disable(trial.name, service=place)


def _standing(site: Site) -> tuple[int, ...]:
    with site.app.app_context():
        calls = sum(len(get_host().answering(hook)) for hook in SHAPES)
    with site.reading() as session:
        subscriptions = session.scalar(select(func.count()).select_from(Subscription)) or 0
    rules = len(list(site.app.url_map.iter_rules()))
    gc.collect()
    # References that have lost what they referred to are swept now and then.
    alive = sum(not isinstance(each, ReferenceType) for each in gc.get_objects())
    return calls, rules, len(committed.receivers), subscriptions, alive
