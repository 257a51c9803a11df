"""Readers, and what they agreed to."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "newsletter_wording",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_newsletter_wording")),
    )
    op.create_table(
        "newsletter_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("wording", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_newsletter_consent_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["wording"],
            ["newsletter_wording.digest"],
            name=op.f("fk_newsletter_consent_wording_newsletter_wording"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_consent")),
    )
    with op.batch_alter_table("newsletter_consent") as batch_op:
        batch_op.create_index(
            "ix_newsletter_consent_subscriber_id", ["subscriber_id", "id"], unique=False
        )

    op.create_table(
        "newsletter_subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("created_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_newsletter_subscriber_person_id_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_newsletter_subscriber_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_subscriber")),
        sa.UniqueConstraint(
            "service_id", "address", name=op.f("uq_newsletter_subscriber_service_id_address")
        ),
    )
    with op.batch_alter_table("newsletter_subscriber") as batch_op:
        batch_op.create_index("ix_newsletter_subscriber_address", ["address"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_newsletter_subscriber_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            "ix_newsletter_subscriber_standing", ["service_id", "standing", "id"], unique=False
        )

    op.create_table(
        "newsletter_interest",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["newsletter_subscriber.id"],
            name=op.f("fk_newsletter_interest_subscriber_id_newsletter_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "subscriber_id", "kind", "code", name=op.f("pk_newsletter_interest")
        ),
    )
