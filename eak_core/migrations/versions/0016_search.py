"""The index of the search in place of the text that was looked through from end to end.

It is filled by the worker, which reads the log of each service from its beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# As they stood at this revision: a migration does not import what may change later.
_INDEX = {
    "sqlite": (
        """CREATE VIRTUAL TABLE search_index USING fts5(
            stems, content='search_document', content_rowid='id', detail=none, columnsize=0,
            tokenize="ascii tokenchars '/=._'")""",
        """CREATE TRIGGER search_document_new AFTER INSERT ON search_document BEGIN
            INSERT INTO search_index(rowid, stems) VALUES (new.id, new.stems); END""",
        """CREATE TRIGGER search_document_gone AFTER DELETE ON search_document BEGIN
            INSERT INTO search_index(search_index, rowid, stems)
            VALUES ('delete', old.id, old.stems); END""",
        """CREATE TRIGGER search_document_changed AFTER UPDATE ON search_document BEGIN
            INSERT INTO search_index(search_index, rowid, stems)
            VALUES ('delete', old.id, old.stems);
            INSERT INTO search_index(rowid, stems) VALUES (new.id, new.stems); END""",
    ),
    "postgresql": (
        """CREATE INDEX search_index ON search_document
        USING gin (array_to_tsvector(string_to_array(stems, ' '))) WITH (fastupdate = off)""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_document"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_search_document_kind_subject_id"),
    )
    op.create_index("ix_search_document_plugin", "search_document", ["service_id", "plugin"])
    op.create_table(
        "search_term",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("stem", sa.String(length=40), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "kind", "stem", name="pk_search_term"),
    )
    op.create_index("ix_search_term_plugin", "search_term", ["service_id", "plugin"])
    for statement in _INDEX[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_column("idea", "search_text")


def downgrade() -> None:
    op.add_column(
        "idea", sa.Column("search_text", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_term")
    op.drop_table("search_document")
