"""Ballots, their register and their box, receipts, the public log, and support outside ballots."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


#: The log is never rewritten: the database itself refuses.
_FROZEN = {
    "sqlite": (
        (
            "CREATE TRIGGER voting_leaf_no_update BEFORE UPDATE ON voting_leaf BEGIN SELECT "
            "RAISE(ABORT, 'voting_leaf is never rewritten'); END"
        ),
        (
            "CREATE TRIGGER voting_leaf_no_delete BEFORE DELETE ON voting_leaf BEGIN SELECT "
            "RAISE(ABORT, 'voting_leaf is never rewritten'); END"
        ),
        (
            "CREATE TRIGGER voting_node_no_update BEFORE UPDATE ON voting_node BEGIN SELECT "
            "RAISE(ABORT, 'voting_node is never rewritten'); END"
        ),
        (
            "CREATE TRIGGER voting_node_no_delete BEFORE DELETE ON voting_node BEGIN SELECT "
            "RAISE(ABORT, 'voting_node is never rewritten'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION voting_leaf_refuse() RETURNS trigger LANGUAGE "
            "plpgsql AS $$ BEGIN RAISE EXCEPTION 'voting_leaf is never rewritten'; END $$"
        ),
        (
            "CREATE TRIGGER voting_leaf_no_rewrite BEFORE UPDATE OR DELETE OR TRUNCATE ON "
            "voting_leaf FOR EACH STATEMENT EXECUTE FUNCTION voting_leaf_refuse()"
        ),
        (
            "CREATE OR REPLACE FUNCTION voting_node_refuse() RETURNS trigger LANGUAGE "
            "plpgsql AS $$ BEGIN RAISE EXCEPTION 'voting_node is never rewritten'; END $$"
        ),
        (
            "CREATE TRIGGER voting_node_no_rewrite BEFORE UPDATE OR DELETE OR TRUNCATE ON "
            "voting_node FOR EACH STATEMENT EXECUTE FUNCTION voting_node_refuse()"
        ),
    ),
}


def upgrade() -> None:
    op.create_table(
        "voting_ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("secrecy", sa.String(length=20), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opens_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("closes_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.Column("origin", sa.String(length=120), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("counted_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("terms_hash", sa.String(length=64), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("result_hash", sa.String(length=64), nullable=True),
        sa.Column("ballots_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
            name=op.f("fk_voting_ballot_created_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_voting_ballot_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voting_ballot")),
        sa.UniqueConstraint(
            "created_by", "form_key", name=op.f("uq_voting_ballot_created_by_form_key")
        ),
        sa.UniqueConstraint(
            "service_id", "origin", name=op.f("uq_voting_ballot_service_id_origin")
        ),
    )
    op.create_index(
        "ix_voting_ballot_service_id",
        "voting_ballot",
        ["service_id", "state", "closes_at"],
        unique=False,
    )
    op.create_table(
        "voting_declaration",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column("attested_age", sa.Integer(), nullable=True),
        sa.Column("declared_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"],
            ["commune.code"],
            name=op.f("fk_voting_declaration_commune_code_commune"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_voting_declaration_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_voting_declaration")),
    )
    op.create_table(
        "voting_head",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("signed_size", sa.BigInteger(), nullable=True),
        sa.Column("signed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("checkpoint", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_voting_head_service_id_service")
        ),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_voting_head")),
    )
    op.create_table(
        "voting_leaf",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_voting_leaf_service_id_service")
        ),
        sa.PrimaryKeyConstraint("service_id", "index", name=op.f("pk_voting_leaf")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_voting_leaf_ballot_id", "voting_leaf", ["ballot_id", "kind", "index"], unique=False
    )
    op.create_table(
        "voting_node",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_voting_node_service_id_service")
        ),
        sa.PrimaryKeyConstraint("service_id", "level", "index", name=op.f("pk_voting_node")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voting_activity",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("hour", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("young", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["voting_ballot.id"],
            name=op.f("fk_voting_activity_ballot_id_voting_ballot"),
        ),
        sa.PrimaryKeyConstraint("ballot_id", "hour", "source", name=op.f("pk_voting_activity")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voting_exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("excluded_by", sa.Integer(), nullable=True),
        sa.Column("excluded_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("reversal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["voting_ballot.id"],
            name=op.f("fk_voting_exclusion_ballot_id_voting_ballot"),
        ),
        sa.ForeignKeyConstraint(
            ["excluded_by"],
            ["person.id"],
            name=op.f("fk_voting_exclusion_excluded_by_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voting_exclusion")),
        sa.UniqueConstraint(
            "ballot_id", "number", name=op.f("uq_voting_exclusion_ballot_id_number")
        ),
    )
    op.create_table(
        "voting_live",
        sa.Column("ballot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["voting_ballot.id"], name=op.f("fk_voting_live_ballot_id_voting_ballot")
        ),
        sa.PrimaryKeyConstraint("ballot_id", name=op.f("pk_voting_live")),
    )
    op.create_table(
        "voting_option",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Integer(), nullable=True),
        sa.Column("decided_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["voting_ballot.id"],
            name=op.f("fk_voting_option_ballot_id_voting_ballot"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name=op.f("fk_voting_option_idea_id_idea"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("ballot_id", "number", name=op.f("pk_voting_option")),
        sa.UniqueConstraint("ballot_id", "code", name=op.f("uq_voting_option_ballot_id_code")),
    )
    op.create_index(op.f("ix_voting_option_idea_id"), "voting_option", ["idea_id"], unique=False)
    op.create_table(
        "voting_receipt",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("logged", sa.Boolean(), nullable=False),
        sa.Column("leaf_index", sa.Integer(), nullable=True),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("replacement_logged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["voting_ballot.id"],
            name=op.f("fk_voting_receipt_ballot_id_voting_ballot"),
        ),
        sa.PrimaryKeyConstraint("ballot_id", "receipt", name=op.f("pk_voting_receipt")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_voting_receipt_waiting",
        "voting_receipt",
        ["ballot_id", "logged", "replaced"],
        unique=False,
    )
    op.create_table(
        "voting_register",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(length=64), nullable=False),
        sa.Column("hour", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("shuffled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["voting_ballot.id"],
            name=op.f("fk_voting_register_ballot_id_voting_ballot"),
        ),
        sa.PrimaryKeyConstraint("ballot_id", "voter_key", name=op.f("pk_voting_register")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voting_reminder",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("told_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["voting_ballot.id"],
            name=op.f("fk_voting_reminder_ballot_id_voting_ballot"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_voting_reminder_person_id_person")
        ),
        sa.PrimaryKeyConstraint("ballot_id", "person_id", name=op.f("pk_voting_reminder")),
    )
    op.create_index("ix_voting_reminder_person_id", "voting_reminder", ["person_id"], unique=False)
    op.create_table(
        "voting_support",
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("given_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name=op.f("fk_voting_support_idea_id_idea"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_voting_support_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_voting_support_service_id_service")
        ),
        sa.PrimaryKeyConstraint("idea_id", "person_id", name=op.f("pk_voting_support")),
    )
    op.create_index("ix_voting_support_person_id", "voting_support", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_voting_support_service_id"), "voting_support", ["service_id"], unique=False
    )
    op.create_table(
        "voting_paper",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=True),
        sa.Column("receipt", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=True),
        sa.Column("exclusion_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shuffled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["voting_ballot.id"],
            name=op.f("fk_voting_paper_ballot_id_voting_ballot"),
        ),
        sa.ForeignKeyConstraint(
            ["exclusion_id"],
            ["voting_exclusion.id"],
            name=op.f("fk_voting_paper_exclusion_id_voting_exclusion"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_voting_paper_person_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("ballot_id", "mark", name=op.f("pk_voting_paper")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_voting_paper_person_id", "voting_paper", ["person_id"], unique=False)
    for statement in _FROZEN[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "voting_paper",
        "voting_support",
        "voting_reminder",
        "voting_register",
        "voting_receipt",
        "voting_option",
        "voting_live",
        "voting_exclusion",
        "voting_activity",
        "voting_node",
        "voting_leaf",
        "voting_head",
        "voting_declaration",
        "voting_ballot",
    ):
        op.drop_table(table)
