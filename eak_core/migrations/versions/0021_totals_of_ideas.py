"""Totals of ideas, kept with the log, and the order of the feed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0023"
branch_labels = None
depends_on = None

# As they stood at this revision: a migration does not import what may change later.
_HIDDEN = """EXISTS (SELECT 1 FROM moderation_decision AS it WHERE it.service_id = idea.service_id
    AND it.restored_at IS NULL AND it.subject = 'idea:' || CAST(idea.id AS VARCHAR(20)))"""
_SHOWN = f"idea.stage NOT IN ('draft', 'withdrawn') AND NOT {_HIDDEN}"
_LISTED = """coalesce((SELECT {joined} FROM {table} AS it WHERE it.idea_id = idea.id), '')"""
_TOTALS = (
    ("held", "idea", "stage", "count(*)", "idea.stage <> 'draft'"),
    ("stage", "idea", "stage", "count(*)", _SHOWN),
    ("subject", "idea JOIN idea_subject ON idea_id = idea.id", "CAST(subject_id AS VARCHAR(20))",
     "count(*)", _SHOWN),
    ("commune", "idea JOIN idea_commune ON idea_id = idea.id", "commune_code", "count(*)", _SHOWN),
    ("placed", "idea JOIN idea_commune ON idea_id = idea.id", "''", "count(DISTINCT idea.id)",
     _SHOWN),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "idea_standing",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idea_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("communes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "idea_id", name="pk_idea_standing"),
    )
    op.create_table(
        "idea_total",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("ideas", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "kind", "key", name="pk_idea_total"),
    )
    op.create_index("ix_idea_updated", "idea", ["service_id", "updated_at", "id"])
    joined = "string_agg({}, ' ')"
    if op.get_bind().dialect.name == "sqlite":
        joined = "group_concat({}, ' ')"
    subjects = _LISTED.format(
        joined=joined.format("CAST(it.subject_id AS VARCHAR(20))"), table="idea_subject"
    )
    communes = _LISTED.format(joined=joined.format("it.commune_code"), table="idea_commune")
    op.execute(
        "INSERT INTO idea_standing (service_id, idea_id, stage, shown, subjects, communes)"  # noqa: S608  # names of this module
        f" SELECT service_id, id, stage, {_SHOWN}, {subjects}, {communes} FROM idea"
        " WHERE stage <> 'draft'"  # names of this module alone
    )
    for kind, tables, key, number, kept in _TOTALS:
        op.execute(
            "INSERT INTO idea_total (service_id, kind, key, ideas)"  # noqa: S608  # as above
            f" SELECT service_id, '{kind}', {key}, {number} FROM {tables} WHERE {kept}"
            f" GROUP BY service_id{'' if kind == 'placed' else f', {key}'}"  # as above
        )


def downgrade() -> None:
    op.drop_index("ix_idea_updated", "idea")
    op.drop_table("idea_total")
    op.drop_table("idea_standing")
