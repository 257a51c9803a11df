"""What lists of ideas are narrowed by stands in the index of the search; and on PostgreSQL its
words say in which portion of the documents they stand.

So the latest that have a common word are found without reading all that have it. The index of
PostgreSQL is made anew of what the table holds: some minutes for a million ideas.
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

# As they stand at this revision: a migration does not import what may change later.
_BEFORE = "array_to_tsvector(string_to_array(stems, ' '))"
_NOW = """array_to_tsvector(string_to_array(replace(search_document.stems, ' ',
    ' ' || search_document.service_id::text || '/' || search_document.kind
    || '/' || (search_document.id / 8192)::text || '.'), ' '))"""
_TAG = "_"
_AT_ONCE = 500

_PORTION = sa.text("""SELECT search_document.id, stems, idea.id AS idea_id, idea.stage
    FROM search_document JOIN idea ON idea.id = search_document.subject_id
    WHERE search_document.kind = 'idea' AND search_document.id > :after
    ORDER BY search_document.id LIMIT :most""")
_CHOSEN = {
    "subject": "SELECT idea_id, subject_id AS chosen FROM idea_subject WHERE idea_id IN :ids",
    "commune": "SELECT idea_id, commune_code AS chosen FROM idea_commune WHERE idea_id IN :ids",
}
_WRITE = sa.text("UPDATE search_document SET stems = :now WHERE id = :document")


def upgrade() -> None:
    _make_anew(_NOW, tagged=True)


def downgrade() -> None:
    _make_anew(_BEFORE, tagged=False)


def _make_anew(vector: str, *, tagged: bool) -> None:
    # SQLite goes through its index backwards, and needs no portions.
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("DROP INDEX search_index")
    _tag(tagged=tagged)
    if postgresql:
        op.execute(
            "CREATE INDEX search_index ON search_document"
            f" USING gin ({vector}) WITH (fastupdate = off)"
        )


def _tag(*, tagged: bool) -> None:
    connection, after = op.get_bind(), 0
    while rows := connection.execute(_PORTION, {"after": after, "most": _AT_ONCE}).all():
        tags = defaultdict[int, list[str]](list)
        if tagged:
            for row in rows:
                tags[row.idea_id].append(f"{_TAG}stage/{row.stage}")
            ids = [row.idea_id for row in rows]
            for name, statement in _CHOSEN.items():
                of_them = sa.text(statement).bindparams(sa.bindparam("ids", expanding=True))
                for idea_id, chosen in connection.execute(of_them, {"ids": ids}):
                    tags[idea_id].append(f"{_TAG}{name}/{chosen}")
        changed = [
            {"document": row.id, "now": _with(row.stems, sorted(tags[row.idea_id]))} for row in rows
        ]
        connection.execute(_WRITE, changed)
        after = rows[-1].id


def _with(stems: str, tags: list[str]) -> str:
    here, *rest = stems.split(" ")
    return " ".join([here, *tags, *(each for each in rest if not each.startswith(_TAG))])
