"""Doing one thing that is scheduled and due: claimed, counted, computed, and written once."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from eak_core.db import expect_long_work, read_session, write_session
from eak_core.db.clocks import clock_fault
from eak_core.db.holding import doing
from eak_core.events import scheduling
from eak_core.events.claim import claim
from eak_core.events.core import EventCore, stand_in
from eak_core.events.subscriptions import locked
from eak_core.events.types import CORE, EventError, Moved

logger = logging.getLogger("eak.worker")

#: How often in a row work reads and computes anew what has moved meanwhile, before it waits.
READINGS = 3


def perform(app: Flask, core: EventCore, task: scheduling.Task) -> int:
    """Do one thing that is due; 1 where it was done."""
    plugin, service_id = task.plugin, task.service_id
    # Unlike a batch of events, it has no budget: the votes of a city are counted in one go.
    with claim(app, plugin, service_id, for_long=True) as mine:
        if not mine:
            return 0
        with write_session(app) as session:
            attempt = scheduling.count_attempt(session, task)
        if attempt is None:
            return 0
        try:
            return int(_by_turns(app, core, task, attempt))
        except Exception as error:  # noqa: BLE001
            # Whatever it is, it is kept for administrators, and the rest goes on.
            logger.warning("%s of %s in service %s waits: %s", task.name, plugin, service_id, error)
            with write_session(app) as session:
                scheduling.note_failure(session, task, attempt, error)
            return 0


def _by_turns(app: Flask, core: EventCore, task: scheduling.Task, attempt: int) -> bool:
    """Read and compute, then do it in one transaction; anew where it has moved meanwhile."""
    for _ in range(READINGS):
        computed = compute(app, core, task, attempt)
        try:
            return write(app, core, task, attempt, computed)
        except Moved:
            continue
    raise Moved(f"it has moved {READINGS} times while it was computed")


def compute(
    app: Flask, core: EventCore, task: scheduling.Task, attempt: int
) -> tuple[Any, ...] | None:
    """What the function of ``task`` is given besides; None where nothing is to be done."""
    if not scheduling.computes(core, task):
        return ()
    with _acting(app, task):
        with read_session(app) as session:
            stand_in(core, session, task.service_id)
            count = scheduling.computation(session, core, task, attempt)
        return None if count is None else (count(),)


def write(
    app: Flask,
    core: EventCore,
    task: scheduling.Task,
    attempt: int,
    computed: tuple[Any, ...] | None,
) -> bool:
    """Let the function of ``task`` act on what was ``computed``, in one transaction; False where it
    is not to be done any more."""
    with _acting(app, task), write_session(app) as session:
        expect_long_work(session)
        # The clock was right when this work was found; computing may have taken an hour.
        fault = clock_fault(session) if computed else None
        if fault is not None:
            raise EventError(fault)
        stand_in(core, session, task.service_id)
        # First the subscription, as everything does that holds both.
        if task.plugin != CORE.name and locked(session, task.plugin, task.service_id) is None:
            return False
        return scheduling.perform(session, core, task, attempt, computed)


@contextmanager
def _acting(app: Flask, task: scheduling.Task) -> Iterator[None]:
    """The application, in which scheduled work is named as what is done."""
    what = f"{task.kind} of {task.plugin} in service {task.service_id}"
    with app.app_context(), doing(what):
        yield
