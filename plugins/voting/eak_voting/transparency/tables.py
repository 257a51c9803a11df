"""The tables of the public log, one log per service.

`Leaf` and `TreeNode` only grow: the database itself refuses to change or delete a row of theirs
(`FROZEN`). Dropping the tables, as a purge of the plugin does, stays possible.
"""

from datetime import datetime

from sqlalchemy import DDL, BigInteger, ForeignKey, Index, LargeBinary, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model
from eak_core.transparency.merkle import HASH_BYTES


class Leaf(Model):
    """One entry of the log: canonical JSON (see `eak_voting.transparency.records`)."""

    __tablename__ = "voting_leaf"
    __table_args__ = (
        Index("ix_voting_leaf_ballot_id", "ballot_id", "kind", "index"),
        {"sqlite_with_rowid": False},
    )

    service_id: Mapped[int] = mapped_column(
        ForeignKey("service.id"), primary_key=True, autoincrement=False
    )
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # No foreign key: a leaf outlives all that it speaks of.
    ballot_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    data: Mapped[str] = mapped_column(Text)


class TreeNode(Model):
    """The root of a complete subtree: of the ``2**level`` leaves from ``index << level``."""

    __tablename__ = "voting_node"
    __table_args__ = ({"sqlite_with_rowid": False},)

    service_id: Mapped[int] = mapped_column(
        ForeignKey("service.id"), primary_key=True, autoincrement=False
    )
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES))


class Head(Model):
    """How many leaves the log of a service has. Its row is the lock of whoever appends.

    ``name`` and ``number`` (from 1; one more after each purge) are decided when the log begins, and
    say under which name and with which key it is signed for ever: a new address of the site changes
    neither. ``before`` is the last signed head of the log that a purge ended.

    ``checkpoint`` is the last signed head (`eak_core.transparency.checkpoint`), which says the
    tree's state after ``signed_size`` leaves.
    """

    __tablename__ = "voting_head"

    service_id: Mapped[int] = mapped_column(
        ForeignKey("service.id"), primary_key=True, autoincrement=False
    )
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    signed_size: Mapped[int | None] = mapped_column(BigInteger)
    signed_at: Mapped[datetime | None]
    checkpoint: Mapped[str | None] = mapped_column(Text)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    before: Mapped[str | None] = mapped_column(Text)


def _frozen(table: str) -> dict[str, tuple[str, ...]]:
    refused = f"{table} is never rewritten"
    abort = f"BEGIN SELECT RAISE(ABORT, '{refused}'); END"
    # A purge drops the tables and leaves the function: it is replaced by the same one.
    function = f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql"
    trigger = f"CREATE TRIGGER {table}_no_rewrite BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    return {
        "sqlite": (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {abort}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {abort}",
        ),
        "postgresql": (
            f"{function} AS $$ BEGIN RAISE EXCEPTION '{refused}'; END $$",
            f"{trigger} FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
        ),
    }


#: Statements that make the database itself refuse to rewrite the log, by dialect. The migration
#: runs them as they stood then; `create_all` in a test does too.
FROZEN: dict[str, tuple[str, ...]] = {"sqlite": (), "postgresql": ()}

for _model in (Leaf, TreeNode):
    for _dialect, _statements in _frozen(_model.__tablename__).items():
        FROZEN[_dialect] += _statements
        for _statement in _statements:
            event.listen(
                _model.__table__,
                "after_create",
                DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]  # so it is
            )
