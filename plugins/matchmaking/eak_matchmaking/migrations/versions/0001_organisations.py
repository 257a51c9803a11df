"""Organisations."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matchmaking_organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("identifier", sa.String(length=14), nullable=True),
        sa.Column("communes", sa.String(length=400), nullable=False),
        sa.Column("site", sa.String(length=300), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("pioneering", sa.Text(), nullable=False),
        sa.Column("motivation", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=True),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.Column("registered_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("closed_because", sa.Text(), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["matchmaking_organisation.id"],
            name="fk_matchmaking_organisation_merged_into",
        ),
        sa.ForeignKeyConstraint(
            ["registered_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_organisation_registered_by_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matchmaking_organisation")),
        sa.UniqueConstraint("origin", name=op.f("uq_matchmaking_organisation_origin")),
        sa.UniqueConstraint(
            "registered_by",
            "form_key",
            name=op.f("uq_matchmaking_organisation_registered_by_form_key"),
        ),
    )
    with op.batch_alter_table("matchmaking_organisation") as batch_op:
        batch_op.create_index("ix_matchmaking_organisation_folded", ["folded", "id"], unique=False)
        batch_op.create_index(
            "uq_matchmaking_organisation_identifier",
            ["identifier"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "matchmaking_acting",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name=op.f("fk_matchmaking_acting_organisation_id_matchmaking_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_matchmaking_acting_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_matchmaking_acting")),
    )
    with op.batch_alter_table("matchmaking_acting") as batch_op:
        batch_op.create_index(
            "ix_matchmaking_acting_organisation", ["organisation_id"], unique=False
        )

    op.create_table(
        "matchmaking_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("invited_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invited_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_invitation_invited_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name="fk_matchmaking_invitation_of",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matchmaking_invitation")),
        sa.UniqueConstraint(
            "organisation_id", "email", name=op.f("uq_matchmaking_invitation_organisation_id_email")
        ),
    )
    with op.batch_alter_table("matchmaking_invitation") as batch_op:
        batch_op.create_index("ix_matchmaking_invitation_email", ["email"], unique=False)

    op.create_table(
        "matchmaking_member",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("since", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name=op.f("fk_matchmaking_member_organisation_id_matchmaking_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_matchmaking_member_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_matchmaking_member")),
    )
    with op.batch_alter_table("matchmaking_member") as batch_op:
        batch_op.create_index("ix_matchmaking_member_person", ["person_id"], unique=False)

    op.create_table(
        "matchmaking_presence",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("verified_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Integer(), nullable=True),
        sa.Column("verified_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name="fk_matchmaking_presence_of",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_matchmaking_presence_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["verified_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_presence_verified_by_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint(
            "service_id", "organisation_id", name=op.f("pk_matchmaking_presence")
        ),
    )
    with op.batch_alter_table("matchmaking_presence") as batch_op:
        batch_op.create_index(
            "ix_matchmaking_presence_organisation", ["organisation_id"], unique=False
        )
