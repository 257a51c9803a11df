"""The tables of the core, and a log that the database refuses to rewrite."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

# As they stood at this revision: a migration does not import what may change later.
IMMUTABLE_LOG = {
    "sqlite": (
        """CREATE TRIGGER event_log_no_update BEFORE UPDATE ON event_log
        BEGIN SELECT RAISE(ABORT, 'event_log is never rewritten'); END""",
        """CREATE TRIGGER event_log_no_delete BEFORE DELETE ON event_log
        BEGIN SELECT RAISE(ABORT, 'event_log is never rewritten'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION event_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'event_log is never rewritten'; END $$""",
        """CREATE TRIGGER event_log_no_rewrite BEFORE UPDATE OR DELETE OR TRUNCATE ON event_log
        FOR EACH STATEMENT EXECUTE FUNCTION event_log_refuse()""",
    ),
}

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commune",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("postcode", sa.String(length=40), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_commune"),
    )
    op.create_table(
        "event_log",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("occurred_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "position", name="pk_event_log"),
        sa.UniqueConstraint("event_id", name="uq_event_log_event_id"),
    )
    op.create_table(
        "log_head",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", name="pk_log_head"),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("done_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe_key", name="uq_outbox_dedupe_key"),
    )
    op.create_index("ix_outbox_next_attempt_at", "outbox", ["next_attempt_at"])

    op.create_table(
        "parked_event",
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("parked_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("retry_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("skipped_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("skipped_by", sa.Integer(), nullable=True),
        sa.Column("skip_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("plugin", "service_id", "position", name="pk_parked_event"),
    )
    op.create_index("ix_parked_event_retry_at", "parked_event", ["retry_at"])

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=True),
        sa.Column("created_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("erased_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_person_fs_uniquifier"),
    )
    op.create_table(
        "plugin_counter",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "service_id", "plugin", "name", "subject", name="pk_plugin_counter"
        ),
    )
    op.create_table(
        "plugin_fault",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("hook", sa.String(length=60), nullable=False),
        sa.Column("traceback", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("last_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plugin_fault"),
    )
    op.create_index(
        "ix_plugin_fault_service_id_plugin_first_at",
        "plugin_fault",
        ["service_id", "plugin", "first_at"],
    )

    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=True),
        sa.Column("archived_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("audience IN ('public', 'internal')", name="ck_service_audience"),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        sa.UniqueConstraint("slug", name="uq_service_slug"),
    )
    op.create_table(
        "subscription",
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("live_from", sa.BigInteger(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("careful_until", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("handled", sa.BigInteger(), nullable=False),
        sa.Column("handling_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plugin", "service_id", name="pk_subscription"),
    )
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("question", sa.String(length=300), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_criterion_service_id_service"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_criterion"),
        sa.UniqueConstraint("service_id", "code", name="uq_criterion_service_id_code"),
    )
    op.create_table(
        "idea",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("elsewhere", sa.Text(), nullable=False),
        sa.Column("existing", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=64), nullable=False),
        sa.Column("created_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("updated_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("source_ref", sa.String(length=80), nullable=True),
        sa.Column("source_url", sa.String(length=500), nullable=True),
        sa.Column("source_votes", sa.Integer(), nullable=True),
        sa.Column("source_comments", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name="fk_idea_author_id_person", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_idea_service_id_service"),
        sa.PrimaryKeyConstraint("id", name="pk_idea"),
        sa.UniqueConstraint("author_id", "form_key", name="uq_idea_author_id_form_key"),
        sa.UniqueConstraint(
            "service_id", "source", "source_ref", name="uq_idea_service_id_source_source_ref"
        ),
    )
    op.create_index("ix_idea_list", "idea", ["service_id", "submitted_at", "id"])
    op.create_index("ix_idea_slug", "idea", ["service_id", "slug", "id"])
    op.create_index("ix_idea_stage", "idea", ["service_id", "stage", "submitted_at", "id"])

    op.create_table(
        "moderation_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("restored_by", sa.Integer(), nullable=True),
        sa.Column("restored_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("restore_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_moderation_decision_service_id_service"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_moderation_decision"),
    )
    op.create_index(
        "uq_moderation_decision_in_force",
        "moderation_decision",
        ["service_id", "subject"],
        unique=True,
        sqlite_where=sa.text("restored_at IS NULL"),
        postgresql_where=sa.text("restored_at IS NULL"),
    )

    op.create_table(
        "plugin_activation",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("suspended_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_plugin_activation_by_id_person"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_plugin_activation_service_id_service"
        ),
        sa.PrimaryKeyConstraint("service_id", "plugin", name="pk_plugin_activation"),
    )
    op.create_table(
        "plugin_setting",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_plugin_setting_service_id_service"
        ),
        sa.PrimaryKeyConstraint("service_id", "plugin", name="pk_plugin_setting"),
    )
    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("granted_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_role_grant_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_role_grant_service_id_service"
        ),
        sa.PrimaryKeyConstraint("person_id", "service_id", "role", name="pk_role_grant"),
    )
    op.create_index("ix_role_grant_service_id", "role_grant", ["service_id"])

    op.create_table(
        "role_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("invited_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["person.id"], name="fk_role_invitation_invited_by_person"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_role_invitation_service_id_service"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_role_invitation"),
        sa.UniqueConstraint(
            "service_id", "email", "role", name="uq_role_invitation_service_id_email_role"
        ),
    )
    op.create_index("ix_role_invitation_email", "role_invitation", ["email"])

    op.create_table(
        "subject",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_subject_service_id_service"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subject"),
        sa.UniqueConstraint("service_id", "code", name="uq_subject_service_id_code"),
    )
    op.create_table(
        "idea_commune",
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["commune.code"], name="fk_idea_commune_commune_code_commune"
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["idea.id"], name="fk_idea_commune_idea_id_idea", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("idea_id", "commune_code", name="pk_idea_commune"),
    )
    op.create_index("ix_idea_commune_commune_code", "idea_commune", ["commune_code", "idea_id"])

    op.create_table(
        "idea_criterion",
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name="fk_idea_criterion_criterion_id_criterion"
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["idea.id"], name="fk_idea_criterion_idea_id_idea", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("idea_id", "criterion_id", name="pk_idea_criterion"),
    )
    op.create_table(
        "idea_subject",
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["idea.id"], name="fk_idea_subject_idea_id_idea", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name="fk_idea_subject_subject_id_subject"
        ),
        sa.PrimaryKeyConstraint("idea_id", "subject_id", name="pk_idea_subject"),
    )
    op.create_index("ix_idea_subject_subject_id", "idea_subject", ["subject_id", "idea_id"])

    op.create_table(
        "stage_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("from_stage", sa.String(length=64), nullable=False),
        sa.Column("to_stage", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name="fk_stage_change_actor_id_person", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["idea.id"], name="fk_stage_change_idea_id_idea", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stage_change"),
    )
    op.create_index("ix_stage_change_idea_id", "stage_change", ["idea_id", "id"])
    for statement in IMMUTABLE_LOG[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("before the first revision there is no platform: restore a backup")
