"""The plugin's tables: made by migrations, its own, and never in anybody's way."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, inspect

from eak_core.db.engine import engine_options, prepare
from eak_core.db.migrations import (
    CORE,
    Distribution,
    differences,
    pending,
    require_current,
    upgrade,
    upgrade_all,
)
from eak_core.testing.conformance.trial import Trial
from eak_core.testing.migrated import migrate


def check_migrations_make_the_models(trial: Trial) -> None:
    """T38: after its migrations, the database is what the models say."""
    distribution = _distribution(trial)
    if distribution is None:
        return
    url = trial.sites.empty()
    migrate(url, (CORE, distribution))
    engine = create_engine(**engine_options(url))
    prepare(engine)
    try:
        found = differences(engine, distribution)
    finally:
        engine.dispose()
    assert not found, (
        f"The migrations of “{trial.name}” do not make what its models say: {'; '.join(found)}."
        " Write a migration for the difference."
    )


def check_core_upgrades_without_it(trial: Trial) -> None:
    """T40: with the plugin's package removed, the core upgrades and its pages answer."""
    site = trial.site()
    site.enable(trial.name)
    site.submit()
    twin = trial.never_installed(site)
    assert not upgrade_all(twin.app).faults
    require_current(twin.app)
    answer = twin.browser().get(f"/{site.service.slug}/")
    assert answer.status_code == 200, (
        f"With the package of “{trial.name}” removed, the home of a service where it was on answers"
        f" {answer.status}."
    )


def check_two_processes_may_migrate(trial: Trial) -> None:
    """T41: of two processes that migrate at once, one waits and finds nothing left to do."""
    distribution = _distribution(trial)
    if distribution is None:
        return
    url = trial.sites.empty()
    migrate(url, (CORE,))

    def run(_number: int) -> int:
        engine = create_engine(**engine_options(url))
        prepare(engine)
        try:
            return len(upgrade(engine, distribution))
        finally:
            engine.dispose()

    with ThreadPoolExecutor(2) as both:
        ran = sorted(both.map(run, range(2)))
    engine = create_engine(**engine_options(url))
    try:
        left = pending(engine, distribution)
        tables = set(inspect(engine).get_table_names())
    finally:
        engine.dispose()
    assert ran[0] == 0, f"Two processes both ran migrations of “{trial.name}”: {ran} revisions."
    assert not left, f"After two processes migrated, {left} of “{trial.name}” are still pending."
    missing = sorted({table.name for table in trial.tables()} - tables)
    assert not missing, f"After two processes migrated, these tables are missing: {missing}."


def _distribution(trial: Trial) -> Distribution | None:
    distribution = trial.found.migrations
    if distribution is None:
        tables = sorted(table.name for table in trial.tables())
        assert not tables, (
            f"“{trial.name}” has tables ({', '.join(tables)}) and no folder migrations/versions:"
            " tables are made by migrations alone."
        )
    return distribution
