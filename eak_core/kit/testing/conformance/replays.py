"""Catching up and building anew are silent."""

from sqlalchemy import func, select

from eak_core.kit.testing.conformance.acts import CORE_ACTS
from eak_core.kit.testing.conformance.histories import Play
from eak_core.kit.testing.conformance.life import lived
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.site import Site
from eak_core.letters.models import OutboxMessage


def check_nothing_leaves_in_replay(trial: Trial) -> None:
    """T20: catching up and building anew send nothing to anybody."""
    late = Play(trial.site())
    for dice in (1, 2, 3):
        for act in CORE_ACTS:
            late.one(act, dice, handled=False)
    late.enable(trial.name)
    _ensure_quiet(trial, late.site, 0, "catches up with what happened before it was on")
    life = lived(trial)
    before = _queued(trial, life.site)
    with life.play.still():
        life.site.replay(trial.name)
    _ensure_quiet(trial, life.site, before, "is built anew")


def _queued(trial: Trial, site: Site) -> int:
    with site.reading() as session:
        query = select(func.count()).select_from(OutboxMessage)
        return session.scalar(query.where(OutboxMessage.plugin == trial.name)) or 0


def _ensure_quiet(trial: Trial, site: Site, before: int, when: str) -> None:
    more = _queued(trial, site) - before
    assert more == 0, (
        f"“{trial.name}” queues {more} message(s) when it {when}: send through ctx, which is silent"
        " in a replay, and not with even_in_replay unless people must hear of old things."
    )
