"""Who follows what, and what people are told of. Authors follow the ideas that they have there."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0023"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notice_follow",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("left_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "subject", "person_id", name="pk_notice_follow"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_notice_follow_service_id_service"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_notice_follow_person_id_person"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_notice_follow_person_id", "notice_follow", ["person_id", "service_id"])
    op.create_table(
        "notice_occasion",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("position", BIG_ID, nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("permission", sa.String(length=80), nullable=False),
        sa.Column("at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("followed", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("beyond", sa.Integer(), nullable=False),
        sa.Column("done_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice_occasion"),
        sa.UniqueConstraint(
            "service_id", "position", "plugin", name="uq_notice_occasion_service_id_position_plugin"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_notice_occasion_service_id_service"
        ),
    )
    op.create_index(
        "ix_notice_occasion_waits",
        "notice_occasion",
        ["service_id", "id"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("ix_notice_occasion_at", "notice_occasion", ["at"])
    op.create_table(
        "notice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("occasion_id", BIG_ID, nullable=False),
        sa.Column("because", sa.String(length=80), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.Column("mail_due_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("read_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "occasion_id", name="pk_notice"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_person_id_person"),
        sa.ForeignKeyConstraint(
            ["occasion_id"], ["notice_occasion.id"], name="fk_notice_occasion_id_notice_occasion"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_notice_occasion_id", "notice", ["occasion_id"])
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["person_id", "occasion_id"],
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index(
        "ix_notice_mail_due_at",
        "notice",
        ["mail_due_at", "person_id"],
        sqlite_where=sa.text("mail_due_at IS NOT NULL"),
        postgresql_where=sa.text("mail_due_at IS NOT NULL"),
    )
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_notice_preference"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_notice_preference_person_id_person"
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO notice_follow (service_id, subject, person_id, since)"
        " SELECT idea.service_id, 'idea:' || idea.id, idea.author_id, idea.submitted_at"
        " FROM idea JOIN person ON person.id = idea.author_id"
        " WHERE idea.submitted_at IS NOT NULL AND idea.stage <> 'withdrawn'"
        " AND person.erased_at IS NULL"
    )


def downgrade() -> None:
    for table in ("notice_preference", "notice", "notice_occasion", "notice_follow"):
        op.drop_table(table)
