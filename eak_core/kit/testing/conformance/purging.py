"""Switched off, a plugin handles nothing; purged and switched on again, it begins anew: as if it
had never been there, but that no number comes back."""

from sqlalchemy import inspect

from eak_core.db import db, migrations
from eak_core.events.core import get_event_core
from eak_core.events.reading import verify
from eak_core.kit.testing.conformance.acts import CORE_ACTS, submit
from eak_core.kit.testing.conformance.life import Life, lived
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.purge import purge


def check_off_and_purged(trial: Trial) -> None:
    """T22: once switching off has returned, no handler of the plugin runs. Purged after that, it
    begins anew."""
    life = lived(trial)
    site, play = life.site, life.play
    with play.still():
        site.disable(trial.name)
    before = trial.state(site)
    for dice in (4, 5):
        for act in CORE_ACTS:
            play.one(act, dice, handled=False)
    with play.still():
        site.drain()
    assert trial.state(site) == before, (
        f"“{trial.name}” stored something while it was off: react to events with @subscriber alone."
    )
    _ensure_it_begins_anew(trial, life)


def purged(trial: Trial, site: Site) -> None:
    """Delete all that the plugin has stored; it is off."""
    try:
        with site.writing() as session:
            purge(session, Actor.system(), trial.name)
    except Exception as error:
        raise AssertionError(
            f"“{trial.name}” cannot be purged: {error!r}. A purge drops its tables and nothing"
            " else, so nothing else may hang on them."
        ) from error


def made_anew(trial: Trial, site: Site) -> None:
    """Run the plugin's migrations again, as an upgrade does after a purge."""
    with site.app.app_context():
        left = [each for each in inspect(db.engine).get_table_names() if _is_own(trial, each)]
        assert not left, f"After a purge of “{trial.name}” there still is {', '.join(left)}."
        if trial.found.migrations is not None:
            try:
                migrations.upgrade(db.engine, trial.found.migrations)
            except Exception as error:
                raise AssertionError(
                    f"The migrations of “{trial.name}” cannot run again after a purge: {error!r}."
                    " A purge drops its tables and nothing else: no view, type or function of its"
                    " own may be in their way."
                ) from error
        get_host().check_migrations(db.engine)


def _ensure_it_begins_anew(trial: Trial, life: Life) -> None:
    """Purge the plugin, which is off, switch it on again, and let it be used."""
    site, name = life.site, trial.name
    with life.play.still():
        purged(trial, site)
        made_anew(trial, site)
    with life.watched():
        life.ran.clear()
        life.play.enable(name)
    heard = [
        each.name
        for number, each in enumerate(trial.manifest.subscribers)
        if number in life.ran and all(_is_own(trial, claim, ".") for claim in each.claims)
    ]
    assert not heard, f"Purged, “{name}” was handed what it had published before: {heard}."
    life.play.act([(act, dice) for dice, act in enumerate([submit, *trial.acts])])
    with site.reading() as session:
        faults = list(verify(session, get_event_core(site.app).registry))
    assert not faults, (
        f"Purged and used again, “{name}” does what a log cannot bear: {faults[0]}. Leave it to the"
        " database to number rows: it goes on from where it was."
    )


def _is_own(trial: Trial, name: str, then: str = "_") -> bool:
    return name.startswith(f"{trial.name}{then}")
