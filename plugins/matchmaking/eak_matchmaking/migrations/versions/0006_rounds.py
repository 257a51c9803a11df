"""Matching rounds: who takes part, what they wish, and the pairs that come of them."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "matchmaking_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("closes_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.Column("closed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_because", sa.Text(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("document_hash", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["opened_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_round_opened_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_matchmaking_round_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matchmaking_round")),
        sa.UniqueConstraint(
            "opened_by", "form_key", name=op.f("uq_matchmaking_round_opened_by_form_key")
        ),
    )
    op.create_index(
        "ix_matchmaking_round_list", "matchmaking_round", ["service_id", "opened_at", "id"]
    )
    op.create_index(
        "uq_matchmaking_round_open",
        "matchmaking_round",
        ["service_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )

    op.create_table(
        "matchmaking_round_idea",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name=op.f("fk_matchmaking_round_idea_idea_id_idea"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["matchmaking_round.id"],
            name=op.f("fk_matchmaking_round_idea_round_id_matchmaking_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("round_id", "idea_id", name=op.f("pk_matchmaking_round_idea")),
    )
    op.create_index("ix_matchmaking_round_idea_idea", "matchmaking_round_idea", ["idea_id"])

    op.create_table(
        "matchmaking_wish",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=10), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("declared_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declared_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_wish_declared_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name=op.f("fk_matchmaking_wish_idea_id_idea"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name="fk_matchmaking_wish_of",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["matchmaking_round.id"],
            name=op.f("fk_matchmaking_wish_round_id_matchmaking_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "round_id", "by", "organisation_id", "idea_id", name=op.f("pk_matchmaking_wish")
        ),
    )
    op.create_index("ix_matchmaking_wish_organisation", "matchmaking_wish", ["organisation_id"])
    op.create_index("ix_matchmaking_wish_person", "matchmaking_wish", ["declared_by"])

    op.create_table(
        "matchmaking_pair",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("decided_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("because", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_pair_decided_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name=op.f("fk_matchmaking_pair_idea_id_idea"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"],
            ["matchmaking_need.id"],
            name=op.f("fk_matchmaking_pair_need_id_matchmaking_need"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"],
            ["matchmaking_offer.id"],
            name=op.f("fk_matchmaking_pair_offer_id_matchmaking_offer"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name="fk_matchmaking_pair_of",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["matchmaking_proposal.id"],
            name=op.f("fk_matchmaking_pair_proposal_id_matchmaking_proposal"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["matchmaking_round.id"],
            name=op.f("fk_matchmaking_pair_round_id_matchmaking_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("round_id", "idea_id", name=op.f("pk_matchmaking_pair")),
    )
    op.create_index("ix_matchmaking_pair_idea", "matchmaking_pair", ["idea_id", "standing"])
    op.create_index(
        "ix_matchmaking_pair_organisation", "matchmaking_pair", ["organisation_id", "standing"]
    )
    op.create_index("ix_matchmaking_pair_proposal", "matchmaking_pair", ["proposal_id"])
    op.create_index("ix_matchmaking_pair_standing", "matchmaking_pair", ["standing", "round_id"])
