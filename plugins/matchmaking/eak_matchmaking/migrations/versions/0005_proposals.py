"""Who proposes to pilot which idea, and what happened to each proposal."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LIVING = sa.text("standing IN ('open', 'accepted')")


def upgrade() -> None:
    op.create_table(
        "matchmaking_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("brings", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("timing", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("conflict", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("waits_for", sa.String(length=20), nullable=True),
        sa.Column("waits_since", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("view", sa.String(length=20), nullable=True),
        sa.Column("offer_taken", sa.Boolean(), nullable=False),
        sa.Column("need_met", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("accepted_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name=op.f("fk_matchmaking_proposal_idea_id_idea"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"],
            ["matchmaking_need.id"],
            name=op.f("fk_matchmaking_proposal_need_id_matchmaking_need"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"],
            ["matchmaking_offer.id"],
            name=op.f("fk_matchmaking_proposal_offer_id_matchmaking_offer"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name="fk_matchmaking_proposal_of",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_proposal_proposed_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_matchmaking_proposal_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matchmaking_proposal")),
        sa.UniqueConstraint(
            "proposed_by", "form_key", name=op.f("uq_matchmaking_proposal_proposed_by_form_key")
        ),
    )
    op.create_index("ix_matchmaking_proposal_idea", "matchmaking_proposal", ["idea_id", "standing"])
    op.create_index("ix_matchmaking_proposal_offer", "matchmaking_proposal", ["offer_id"])
    op.create_index(
        "ix_matchmaking_proposal_organisation",
        "matchmaking_proposal",
        ["organisation_id", "service_id", "id"],
    )
    op.create_index(
        "ix_matchmaking_proposal_waiting",
        "matchmaking_proposal",
        ["service_id", "standing", "waits_since", "id"],
    )
    op.create_index(
        "uq_matchmaking_proposal_living",
        "matchmaking_proposal",
        ["organisation_id", "idea_id"],
        unique=True,
        sqlite_where=LIVING,
        postgresql_where=LIVING,
    )

    op.create_table(
        "matchmaking_proposal_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("view", sa.String(length=20), nullable=True),
        sa.Column("because", sa.String(length=20), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_matchmaking_proposal_step_person_id_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["matchmaking_proposal.id"],
            name="fk_matchmaking_proposal_step_of",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matchmaking_proposal_step")),
    )
    op.create_index(
        "ix_matchmaking_proposal_step_person", "matchmaking_proposal_step", ["person_id"]
    )
    op.create_index(
        "ix_matchmaking_proposal_step_proposal", "matchmaking_proposal_step", ["proposal_id", "id"]
    )
