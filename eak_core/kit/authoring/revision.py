"""``eak plugin migration``: what the models say beyond the migrations, as the next migration.

Both are compared on a database that is made for it, with the plugin's migrations as they stand:
the database of a site says what somebody tried there, and must not be touched.
"""

import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine

import eak_core.app  # noqa: F401  # the core's own tables, which a plugin's refer to
from eak_core.config import sqlite_url
from eak_core.db import Base, UTCDateTime
from eak_core.db.differences import comparison
from eak_core.db.engine import engine_options, prepare
from eak_core.db.migrations import CORE, Distribution, upgrade
from eak_core.errors import Refused
from eak_core.kit.authoring.finding import Found, importable
from eak_core.plugins.loading.candidates import from_modules
from eak_core.plugins.loading.host import PluginHost

FILE = '''\
"""{message}"""

{imports}

revision = "{revision}"
down_revision = {down_revision}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {code}
'''

_LONGEST_SLUG = 40


@dataclass(frozen=True)
class Written:
    """The migration that was written, and what its author must look at before it runs."""

    file: Path
    warnings: list[str]


def write_migration(found: Found, message: str) -> Written | None:
    """Write the next migration of a plugin; None, and nothing written, where none is needed.

    `Refused` where the plugin cannot be loaded, has no tables, or its migrations do not run.
    """
    if found.package is None:
        raise Refused(
            f"“{found.name}” is one module, and tables need a package: make it <package>/plugin.py."
        )
    with importable(found.root):
        _load(found)
        distribution = Distribution(found.name, found.package / "migrations")
        versions = distribution.folder / "versions"
        known = versions.is_dir()
        with tempfile.TemporaryDirectory() as folder:
            engine = create_engine(**engine_options(sqlite_url(Path(folder, "new.sqlite"))))
            prepare(engine)
            try:
                upgrade(engine, CORE)
                head = _head(engine, distribution) if known else None
                changes, code, imports = _compared(engine, distribution, found.package.name)
            finally:
                engine.dispose()
    if not changes:
        return None
    versions.mkdir(parents=True, exist_ok=True)
    revision = f"{_next_number(versions):04}"
    file = versions / f"{revision}_{_slug(message)}.py"
    text = FILE.format(
        message=message.strip().rstrip(".").replace("\\", "\\\\").replace('"', "'") + ".",
        imports="\n".join(imports),
        revision=revision,
        down_revision=f'"{head}"' if head else None,
        code=code,
    )
    file.write_text(text, encoding="utf-8")
    _set_in_order(file)
    return Written(file, list(_warnings(changes)))


def _set_in_order(file: Path) -> None:
    """Set ``file`` as its author sets theirs, where they have ruff for it."""
    ruff = Path(sys.executable).with_name("ruff")
    if ruff.exists():
        for words in (["check", "--select", "I", "--fix"], ["format"]):
            command = [str(ruff), words[0], "--quiet", *words[1:], str(file)]
            subprocess.run(command, check=False, capture_output=True)  # noqa: S603  # our own file


def _load(found: Found) -> None:
    installed = PluginHost(from_modules([found.module])).installed.get(found.name)
    if installed is None or installed.plugin is None or installed.loaded is None:
        reason = installed.reason if installed else "its module’s plugin has another name"
        raise Refused(f"“{found.name}” cannot be loaded, so its models are not known: {reason}")
    if not any(installed.plugin.owns_table(table) for table in Base.metadata.tables):
        raise Refused(f"“{found.name}” declares no table: its models stand in models.py.")


def _head(engine: Engine, distribution: Distribution) -> str | None:
    """The last revision, the database having come up to it."""
    try:
        heads = distribution.script().get_heads()
        if len(heads) == 1:
            upgrade(engine, distribution)
    except Exception as error:  # a migration is anybody's code
        raise Refused(
            f"The migrations of “{distribution.name}” do not run: {type(error).__name__}: {error}"
        ) from error
    if len(heads) > 1:
        raise Refused(
            f"The migrations of “{distribution.name}” have several ends: {', '.join(heads)}."
            " Let one follow the other by its down_revision."
        )
    return heads[0] if heads else None


def _compared(
    engine: Engine, distribution: Distribution, package: str
) -> tuple[list[ops.MigrateOperation], str, list[str]]:
    """The changes that are missing, the lines that make them, and the imports of these."""

    imports: set[str] = set()

    def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
        module = type(item).__module__
        if kind == "type" and isinstance(item, UTCDateTime):
            imports.add("import eak_core.api")
            return "eak_core.api.UTCDateTime(timezone=True)"
        if kind == "type" and module.partition(".")[0] == package:
            imports.add(f"import {module}")
            return f"{module}.{item!r}"
        return False

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={**comparison(distribution), "render_item": render_item}
        )
        wanted = produce_migrations(context, Base.metadata).upgrade_ops
        assert wanted is not None
        code = render_python_code(
            wanted, render_as_batch=True, render_item=render_item,
            migration_context=context,
        )  # fmt: skip
    # Alembic keeps to itself which dialects' own types it wrote down.
    for dialect in re.findall(r"\b(postgresql|sqlite)\.", code):
        imports.add(f"from sqlalchemy.dialects import {dialect}")
    code = "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("# ###"))
    code = re.sub(r"'([^'\"\\]*)'", r'"\1"', code.replace(", schema=None)", ")"))
    return list(_flat(wanted.ops)), code.strip(), _imports(imports)


def _flat(found: Any) -> Iterator[ops.MigrateOperation]:
    for each in found:
        if isinstance(each, ops.ModifyTableOps):
            yield from each.ops
        else:
            yield each


def _imports(rendered: set[str]) -> list[str]:
    """In the order of the other modules: libraries, then the platform and the plugin."""
    libraries = ["import sqlalchemy as sa", "from alembic import op"]
    own = sorted(line for line in rendered if line not in libraries)
    return [*libraries, "", *own] if own else libraries


def _warnings(changes: list[ops.MigrateOperation]) -> Iterator[str]:
    for change in changes:
        if isinstance(change, ops.AddColumnOp):
            column = change.column
            if not column.nullable and column.server_default is None:
                yield (
                    f"{change.table_name}.{column.name} must have a value, and the rows that exist"
                    " have none: give it a server_default, or fill it before it becomes NOT NULL."
                )
        elif isinstance(change, ops.DropColumnOp):
            yield (
                f"{change.table_name}.{change.column_name} goes, with what is in it. If it was"
                " renamed, write op.alter_column(…, new_column_name=…) in the place of both lines."
            )
        elif isinstance(change, ops.DropTableOp):
            yield (
                f"{change.table_name} goes, with what is in it. If it was renamed, write"
                " op.rename_table(…)."
            )


def _next_number(versions: Path) -> int:
    numbers = (re.match(r"\d+", file.name) for file in versions.glob("*.py"))
    return 1 + max((int(number[0]) for number in numbers if number), default=0)


def _slug(message: str) -> str:
    plain = unicodedata.normalize("NFKD", message).encode("ascii", "ignore").decode().lower()
    slug = "_".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_SLUG].strip("_")
    return slug or "change"
