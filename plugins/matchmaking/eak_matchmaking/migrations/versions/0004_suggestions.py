"""Ideas that are not for a partner, words that mean the same, and who is shown how often."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matchmaking_decline",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("declined_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("declined_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declined_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_decline_declined_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name=op.f("fk_matchmaking_decline_idea_id_idea"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name=op.f("fk_matchmaking_decline_organisation_id_matchmaking_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_matchmaking_decline_service_id_service")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "idea_id", name=op.f("pk_matchmaking_decline")),
    )
    op.create_index(
        "ix_matchmaking_decline_service", "matchmaking_decline", ["service_id", "organisation_id"]
    )

    op.create_table(
        "matchmaking_thesaurus_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.String(length=100), nullable=False),
        sa.Column("terms", sa.String(length=1300), nullable=False),
        sa.Column("edited_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_matchmaking_thesaurus_group_service_id_service"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matchmaking_thesaurus_group")),
    )
    op.create_index(
        "ix_matchmaking_thesaurus_group_service",
        "matchmaking_thesaurus_group",
        ["service_id", "id"],
    )

    op.create_table(
        "matchmaking_exposure",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name=op.f("fk_matchmaking_exposure_organisation_id_matchmaking_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_matchmaking_exposure_service_id_service")
        ),
        sa.PrimaryKeyConstraint(
            "service_id", "month", "organisation_id", name=op.f("pk_matchmaking_exposure")
        ),
    )

    op.create_table(
        "matchmaking_newcomer",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["need_id"],
            ["matchmaking_need.id"],
            name=op.f("fk_matchmaking_newcomer_need_id_matchmaking_need"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name=op.f("fk_matchmaking_newcomer_organisation_id_matchmaking_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_matchmaking_newcomer_service_id_service")
        ),
        sa.PrimaryKeyConstraint(
            "service_id", "organisation_id", name=op.f("pk_matchmaking_newcomer")
        ),
    )
