"""Endorsements, juries and badges."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ambassadors_status_list",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_ambassadors_status_list_service_id_service"),
        ),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_ambassadors_status_list")),
    )
    op.create_table(
        "ambassadors_volunteer",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ambassadors_volunteer_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_ambassadors_volunteer_service_id_service")
        ),
        sa.PrimaryKeyConstraint("service_id", "person_id", name=op.f("pk_ambassadors_volunteer")),
    )
    with op.batch_alter_table("ambassadors_volunteer") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ambassadors_volunteer_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "ambassadors_ambassador",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("nomination_id", sa.Integer(), nullable=True),
        sa.Column("since", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("until", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ended_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["nomination_id"],
            ["ambassadors_nomination.id"],
            name=op.f("fk_ambassadors_ambassador_nomination_id_ambassadors_nomination"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ambassadors_ambassador_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_ambassadors_ambassador_service_id_service"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ambassadors_ambassador")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_ambassadors_ambassador_nomination_id")),
    )
    with op.batch_alter_table("ambassadors_ambassador") as batch_op:
        batch_op.create_index(
            "ix_ambassadors_ambassador_list", ["service_id", "ended_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ambassadors_ambassador_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "ambassadors_endorsement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nomination_id", sa.Integer(), nullable=False),
        sa.Column("for_service_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("endorsed_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["for_service_id"],
            ["service.id"],
            name=op.f("fk_ambassadors_endorsement_for_service_id_service"),
        ),
        sa.ForeignKeyConstraint(
            ["nomination_id"],
            ["ambassadors_nomination.id"],
            name=op.f("fk_ambassadors_endorsement_nomination_id_ambassadors_nomination"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ambassadors_endorsement_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ambassadors_endorsement")),
        sa.UniqueConstraint(
            "nomination_id",
            "for_service_id",
            name=op.f("uq_ambassadors_endorsement_nomination_id_for_service_id"),
        ),
        sa.UniqueConstraint(
            "nomination_id",
            "person_id",
            name=op.f("uq_ambassadors_endorsement_nomination_id_person_id"),
        ),
    )
    with op.batch_alter_table("ambassadors_endorsement") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ambassadors_endorsement_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "ambassadors_sitting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("nomination_id", sa.Integer(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("speaks_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("said", sa.String(length=200), nullable=True),
        sa.Column("drawn_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("due_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("recognised", sa.Boolean(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decided_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["person.id"], name=op.f("fk_ambassadors_sitting_closed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_ambassadors_sitting_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["nomination_id"],
            ["ambassadors_nomination.id"],
            name=op.f("fk_ambassadors_sitting_nomination_id_ambassadors_nomination"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_ambassadors_sitting_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ambassadors_sitting")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_ambassadors_sitting_nomination_id")),
    )
    with op.batch_alter_table("ambassadors_sitting") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ambassadors_sitting_closed_by"), ["closed_by"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ambassadors_sitting_decided_by"), ["decided_by"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ambassadors_sitting_service_id"), ["service_id"], unique=False
        )

    op.create_table(
        "ambassadors_badge",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("ambassador_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("issued_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("until", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ambassador_id"],
            ["ambassadors_ambassador.id"],
            name=op.f("fk_ambassadors_badge_ambassador_id_ambassadors_ambassador"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_ambassadors_badge_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ambassadors_badge")),
        sa.UniqueConstraint(
            "service_id", "place", name=op.f("uq_ambassadors_badge_service_id_place")
        ),
    )
    with op.batch_alter_table("ambassadors_badge") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ambassadors_badge_ambassador_id"), ["ambassador_id"], unique=False
        )

    op.create_table(
        "ambassadors_seat",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("favourable", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ambassadors_seat_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"],
            ["ambassadors_sitting.id"],
            name=op.f("fk_ambassadors_seat_sitting_id_ambassadors_sitting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sitting_id", "mark", name=op.f("pk_ambassadors_seat")),
    )
    with op.batch_alter_table("ambassadors_seat") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ambassadors_seat_person_id"), ["person_id"], unique=False
        )

    with op.batch_alter_table("ambassadors_nomination") as batch_op:
        batch_op.add_column(
            sa.Column("closed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True)
        )
