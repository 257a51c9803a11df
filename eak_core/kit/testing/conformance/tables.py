"""The plugin's tables: made by migrations, its own, and never in anybody's way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from eak_core.db.differences import differences
from eak_core.db.engine import engine_options, prepare
from eak_core.db.migrations import (
    CORE,
    Distribution,
    pending,
    require_current,
    upgrade,
    upgrade_all,
)
from eak_core.kit.testing.conformance.acts import CORE_ACTS, submit
from eak_core.kit.testing.conformance.histories import Play
from eak_core.kit.testing.conformance.life import lived
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.filled import Filled
from eak_core.kit.testing.migrated import migrate


def check_migrations_make_the_models(trial: Trial) -> None:
    """T38: after its migrations, the database is what the models say."""
    distribution = _distribution(trial)
    if distribution is None:
        return
    url = trial.sites.empty()
    migrate(url, (CORE, distribution))
    with _engine(url) as engine:
        found = differences(engine, distribution)
    assert not found, (
        f"The migrations of “{trial.name}” do not make what its models say: {'; '.join(found)}."
        " Write a migration for the difference."
    )


def check_migrations_keep_what_is_there(trial: Trial) -> None:
    """T39: an upgrade from each earlier version, with a row in every table, changes none of them.
    What a migration is to change or to drop stands in ``rows`` as it is to be."""
    distribution = _distribution(trial)
    if distribution is None:
        return
    revisions = [each.revision for each in distribution.script().walk_revisions()][::-1]
    own = f"{trial.name}_"
    # Step by step, with rows of every version that was passed, and all at once from the first.
    for stops in (revisions[1:], revisions[1:] and ["heads"]):
        with _engine(trial.sites.database([])) as engine:
            upgrade(engine, distribution, revisions[0])
            filled, below = Filled(engine, trial.rows), revisions[0]
            for stop in stops:
                try:
                    upgrade(engine, distribution, stop)
                except Exception as error:
                    raise AssertionError(
                        f"The migrations of “{trial.name}” after {below} fail where rows stand in"
                        f" its tables: {error}. What is new and must not be empty needs a"
                        " server_default; a value that they expect belongs into `rows`."
                    ) from error
                changed = [
                    each
                    for each in filled.changes()
                    if not (each.startswith(own) and each.endswith(": gone"))
                ]
                assert not changed, (
                    f"The migrations of “{trial.name}” after {below} change what people have"
                    f" entered: {'; '.join(changed)}. Say in `rows` what they are to leave as it"
                    " is."
                )
                filled.add()
                below = stop


def check_core_upgrades_without_it(trial: Trial) -> None:
    """T40: the plugin's migrations leave alone what is the core's, and with its package removed the
    core upgrades, its pages answer, and people go on."""
    distribution = _distribution(trial)
    if distribution is not None:
        _ensure_core_is_left_alone(trial, distribution)
    life = lived(trial)
    twin = trial.never_installed(life.site)
    assert not upgrade_all(twin.app).faults
    require_current(twin.app)
    _ensure_people_go_on(trial, Play(twin, life.play.now))


def _ensure_core_is_left_alone(trial: Trial, distribution: Distribution) -> None:
    url = trial.sites.empty()
    migrate(url, (CORE,))
    with _engine(url) as engine:
        before = _of_others(engine, distribution)
        upgrade(engine, distribution)
        after = _of_others(engine, distribution)
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    assert not changed, (
        f"The migrations of “{trial.name}” change what is not its own: {', '.join(changed)}. An"
        " upgrade of the core would meet that when the plugin's package is gone: put columns into"
        " a table of its own, and react to events instead of triggers."
    )


def _of_others(engine: Engine, distribution: Distribution) -> dict[str, Any]:
    """What stands in the database beside the plugin's tables, each with how it was made."""
    own = f"{distribution.name}_"
    with engine.connect() as connection:
        query = _SQLITE if engine.dialect.name == "sqlite" else _POSTGRESQL
        rows = connection.execute(text(query)).all()
    return {name: made for name, table, made in rows if not str(table).startswith(own)}


# Without SQLite's own, which it makes when a table numbers its rows.
_SQLITE = (
    "SELECT type || ' ' || name, tbl_name, sql FROM sqlite_master"
    " WHERE tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)
#: The same three columns of tables' columns, of what hangs on tables, of views, and of functions.
_POSTGRESQL = """
SELECT 'column ' || table_name || '.' || column_name, table_name,
       concat_ws(' ', data_type, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = current_schema()
UNION ALL SELECT 'index ' || indexname, tablename, indexdef
  FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL SELECT 'trigger ' || tgname, tgrelid::regclass::text, pg_get_triggerdef(oid)
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'constraint ' || conname, conrelid::regclass::text, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
UNION ALL SELECT 'view ' || viewname, viewname, definition
  FROM pg_views WHERE schemaname = current_schema()
"""


def _ensure_people_go_on(trial: Trial, play: Play) -> None:
    removed, twin = f"With the package of “{trial.name}” removed,", play.site
    with play.still():
        answer = twin.browser().get(f"/{twin.service.slug}/")
    assert answer.status_code == 200, (
        f"{removed} the home of a service where it was on answers {answer.status}: what it leaves"
        " behind must mean nothing to the core."
    )
    try:
        for dice, act in enumerate((*CORE_ACTS, submit, *CORE_ACTS)):
            play.one(act, dice)
    except SQLAlchemyError as error:
        raise AssertionError(
            f"{removed} people cannot go on: {error}. Let foreign keys to the core's tables say"
            ' ondelete="CASCADE", and put no condition on the core\'s rows.'
        ) from error


def check_two_processes_may_migrate(trial: Trial) -> None:
    """T41: of two processes that migrate at once, one waits and finds nothing left to do; one that
    dies half way leaves nothing, and the next one does it all."""
    distribution = _distribution(trial)
    if distribution is None:
        return
    url = trial.sites.empty()
    migrate(url, (CORE,))
    _ensure_all_or_nothing(trial, distribution, url)

    def run(_number: int) -> int:
        with _engine(url) as engine:
            return len(upgrade(engine, distribution))

    with ThreadPoolExecutor(2) as both:
        attempts = [both.submit(run, number) for number in range(2)]
    failed = next((each.exception() for each in attempts if each.exception()), None)
    assert failed is None, (
        f"Of two processes that migrate “{trial.name}” at once, one fails: {failed}. A migration"
        " leaves the transaction alone in which it runs: no COMMIT, no autocommit_block."
    )
    ran = sorted(each.result() for each in attempts)
    with _engine(url) as engine:
        left = pending(engine, distribution)
        tables = set(inspect(engine).get_table_names())
    assert ran[0] == 0, f"Two processes both ran migrations of “{trial.name}”: {ran} revisions."
    assert not left, f"After two processes migrated, {left} of “{trial.name}” are still pending."
    missing = sorted({table.name for table in trial.tables()} - tables)
    assert not missing, (
        f"After two processes migrated, these tables are missing: {missing}. Write a migration that"
        " makes them."
    )


class _Killed(BaseException):
    """In the place of a process that dies."""


def _ensure_all_or_nothing(trial: Trial, distribution: Distribution, url: str) -> None:
    with _engine(url) as engine:
        before = set(inspect(engine).get_table_names())

        def kill(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            words = statement.split()
            # Alembic writes down that a revision has run once it has.
            if words[0] in {"INSERT", "UPDATE"} and distribution.version_table in words:
                raise _Killed

        event.listen(engine, "before_cursor_execute", kill)
        try:
            upgrade(engine, distribution)
        except _Killed:
            pass
        except Exception as error:
            raise AssertionError(
                f"The migrations of “{trial.name}” fail on an empty database: {error}"
            ) from error
        event.remove(engine, "before_cursor_execute", kill)
    with _engine(url) as engine:
        left = sorted(set(inspect(engine).get_table_names()) - before)
    assert not left, (
        f"A process that dies while it migrates “{trial.name}” leaves {', '.join(left)} behind, and"
        " the next one cannot begin: a migration leaves the transaction alone in which it runs, so"
        " no COMMIT and no autocommit_block."
    )


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine(**engine_options(url))
    prepare(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def _distribution(trial: Trial) -> Distribution | None:
    distribution = trial.found.migrations
    if distribution is None:
        tables = sorted(table.name for table in trial.tables())
        assert not tables, (
            f"“{trial.name}” has tables ({', '.join(tables)}) and no folder migrations/versions:"
            " tables are made by migrations alone."
        )
    return distribution
