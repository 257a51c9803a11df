"""What organisations offer, and what ideas need."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matchmaking_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("communes", sa.String(length=400), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("private_conditions", sa.Text(), nullable=False),
        sa.Column("created_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("published_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=20), nullable=False),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.CheckConstraint(
            "capacity >= 1 AND taken >= 0 AND taken <= capacity",
            name=op.f("ck_matchmaking_offer_places"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_offer_created_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["matchmaking_organisation.id"],
            name=op.f("fk_matchmaking_offer_organisation_id_matchmaking_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_matchmaking_offer_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matchmaking_offer")),
        sa.UniqueConstraint(
            "created_by", "form_key", name=op.f("uq_matchmaking_offer_created_by_form_key")
        ),
    )
    op.create_index(
        "ix_matchmaking_offer_list", "matchmaking_offer", ["service_id", "published_at", "id"]
    )
    op.create_index(
        "ix_matchmaking_offer_organisation", "matchmaking_offer", ["organisation_id", "service_id"]
    )

    op.create_table(
        "matchmaking_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("stated_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.Integer(), nullable=True),
        sa.Column("edited_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("met_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("met_because", sa.String(length=20), nullable=False),
        sa.Column("withdrawn_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name=op.f("fk_matchmaking_need_idea_id_idea"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_matchmaking_need_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["stated_by"],
            ["person.id"],
            name=op.f("fk_matchmaking_need_stated_by_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matchmaking_need")),
        sa.UniqueConstraint(
            "stated_by", "form_key", name=op.f("uq_matchmaking_need_stated_by_form_key")
        ),
    )
    op.create_index("ix_matchmaking_need_idea", "matchmaking_need", ["idea_id", "id"])
    op.create_index(
        "ix_matchmaking_need_list", "matchmaking_need", ["service_id", "stated_at", "id"]
    )
