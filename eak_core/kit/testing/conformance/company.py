"""One history with all other plugins on: what a plugin keeps alone, it keeps in company.

What only shows in company: a handler that stumbles over another plugin's events or rows, numbers
that depend on who was on first, a switch that takes something from others, a page that fails where
another plugin shows on it too.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from eak_core.db import Base
from eak_core.events.models import ParkedEvent
from eak_core.kit.testing.conformance.acts import CORE_ACTS, submit
from eak_core.kit.testing.conformance.exploring import ask
from eak_core.kit.testing.conformance.histories import ensure_lives_are_the_same
from eak_core.kit.testing.conformance.trial import Act, Trial
from eak_core.kit.testing.conformance.visits import visited
from eak_core.kit.testing.site import Site
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.models import PluginFault

#: Who looks at pages.
READERS = ("visitor", "manager")


def check_company(trial: Trial, others: Sequence[Act] = ()) -> None:
    """On from the start, switched on late or built anew among all others, the plugin knows the
    same. Switched off and on, it leaves the others what they know; no handler raises, and no page
    fails, of whichever plugin. ``others`` are acts with the other plugins."""
    site = trial.site()
    before = [(act, dice) for dice, act in enumerate([submit, *CORE_ACTS, *others])]
    after = [(act, 100 + dice) for dice, act in enumerate([submit, *others, *trial.acts])]
    play = ensure_lives_are_the_same(trial, site, before, after)
    _ensure_nothing_parked(trial, site)
    with play.still():
        # Ideas in its stages move when it goes, and others react to that.
        _switch(site, trial.name, on=False)
        known = _of_others(trial, site)
        _ensure_pages_answer(trial, site, "off")
        _switch(site, trial.name, on=True)
        _ensure_left_alone(trial, known, site, "on")
        _ensure_pages_answer(trial, site, "on")
        _switch(site, trial.name, on=False)
        _ensure_left_alone(trial, known, site, "off")
    _ensure_nothing_parked(trial, site)


def _switch(site: Site, name: str, *, on: bool) -> None:
    (site.enable if on else site.disable)(name)
    site.drain()


def _ensure_nothing_parked(trial: Trial, site: Site) -> None:
    with site.reading() as session:
        parked = session.execute(select(ParkedEvent.plugin, ParkedEvent.error)).first()
    assert parked is None, (
        f"With “{trial.name}” on among all others, a handler of “{parked[0]}” raises: {parked[1]}"
    )


def _of_others(trial: Trial, site: Site) -> Mapping[str, Sequence[str]]:
    """Every row that the other plugins have, by table."""
    with site.app.app_context():
        installed = get_host().installed
    owners = [each.plugin for name, each in installed.items() if name != trial.name]
    with site.reading() as session:
        return {
            table.name: sorted(str(tuple(row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if any(owner is not None and owner.owns_table(table.name) for owner in owners)
        }


def _ensure_left_alone(
    trial: Trial, known: Mapping[str, Sequence[str]], site: Site, when: str
) -> None:
    now = _of_others(trial, site)
    changed = [table for table, rows in known.items() if now[table] != rows]
    assert not changed, (
        f"“{trial.name}”, switched {when}, changes what other plugins have stored:"
        f" {', '.join(changed)}. Write to your own tables alone."
    )


def _ensure_pages_answer(trial: Trial, site: Site, when: str) -> None:
    for reader in READERS:
        browser = trial.browser(site, reader)
        for path in _looked_at(trial, site):
            answer = ask(browser, reader, path)
            assert answer.status < 500, (
                f"With “{trial.name}” {when} among all others, {path} fails for the {reader}:"
                f" {answer.error or answer.status}."
            )
    with site.reading() as session:
        fault = session.execute(select(PluginFault.plugin, PluginFault.traceback)).first()
    assert fault is None, (
        f"With “{trial.name}” {when} among all others, a hook of “{fault[0]}” raises: {fault[1]}"
    )


def _looked_at(trial: Trial, site: Site) -> Iterator[str]:
    """The plugin's pages, the core's with everybody's slots, and the first page of each other."""
    yield from visited(trial, site)
    home = f"/{site.service.slug}/"
    with site.app.app_context():
        segments = get_host().by_segment
    for segment in segments:
        yield f"{home}{segment}/"
        yield f"{home}gestion/{segment}/"
    yield f"{home}gestion/"
