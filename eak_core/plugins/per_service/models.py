"""The tables of the plugin host: what is on where, its settings, its faults, and what facilities
of the core derive for it from events: its small counts, and what a search finds of it."""

from datetime import datetime

from sqlalchemy import DDL, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base


class PluginActivation(Base):
    """A plugin that is, or once was, on in a service: one row each, so that two administrators who
    switch two plugins at once both get what they asked for.

    ``since`` and ``by_id`` tell of the last switching. ``suspended_at`` is set where the breaker
    put the plugin aside because its hooks kept failing; its handlers go on. Another version than
    ``suspended_version`` is let back when a worker starts.
    """

    __tablename__ = "plugin_activation"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    active: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    suspended_at: Mapped[datetime | None]
    suspended_version: Mapped[str | None] = mapped_column(String(60))


class PluginSetting(Base):
    """The settings of a plugin in a service, as the JSON of its form's values.

    ``version`` grows with each change: a form opened before somebody else's change is refused.
    """

    __tablename__ = "plugin_setting"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    values: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class PluginFault(Base):
    """A hook of a plugin that raised: the traceback, and how often within ten minutes of the first.

    ``service_id`` is 0 where no service was concerned.
    """

    __tablename__ = "plugin_fault"
    __table_args__ = (Index(None, "service_id", "plugin", "first_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int]
    plugin: Mapped[str] = mapped_column(String(40))
    hook: Mapped[str] = mapped_column(String(60))
    traceback: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class PluginFaultSource(Base):
    """Where a failure of a plugin's hook came from within the last ten minutes.

    ``page`` and ``client`` are digests with a key of the day: they tell several from one, and
    nothing else. Both are empty for what failed in a worker.
    """

    __tablename__ = "plugin_fault_source"
    __table_args__ = (Index(None, "service_id", "plugin", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int]
    plugin: Mapped[str] = mapped_column(String(40))
    page: Mapped[str] = mapped_column(String(32))
    client: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class PluginCounter(Base):
    """A number that a plugin's handlers keep about a subject, such as ``idea:42``."""

    __tablename__ = "plugin_counter"

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[int]


class SearchDocument(Base):
    """What a search finds of one thing of a plugin, or of the core: its stems, parted by spaces.

    Beside this table stands what the databases look into, which no model can name (`SEARCH_INDEX`).
    """

    __tablename__ = "search_document"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        Index("ix_search_document_plugin", "service_id", "plugin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int]
    plugin: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    # First where it is (`eak_core.search.index.place`), then each stem of the title behind a sign,
    # then all stems in their order.
    stems: Mapped[str] = mapped_column(Text)


class SearchTerm(Base):
    """In how many documents of a kind a stem occurs; that of no letters tells how many there are.

    What is rare says more than what is everywhere.
    """

    __tablename__ = "search_term"
    __table_args__ = (Index("ix_search_term_plugin", "service_id", "plugin"),)

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    stem: Mapped[str] = mapped_column(String(40), primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40))
    documents: Mapped[int]


#: What facilities of the core derive for a plugin from events: emptied before it is built anew.
DERIVED = (PluginCounter, SearchDocument, SearchTerm)

#: So many numbers of `search_document` are a portion of it, for PostgreSQL.
PORTION = 8_192
#: The words of a document as PostgreSQL's index has them: each behind the place of the document and
#: the number of its portion.
SEARCH_VECTOR = f"""array_to_tsvector(string_to_array(replace(search_document.stems, ' ',
    ' ' || search_document.service_id::text || '/' || search_document.kind
    || '/' || (search_document.id / {PORTION})::text || '.'), ' '))"""

#: What makes the index that a database looks into, by dialect. A migration runs these statements;
#: `create_all` in a test does too. No word is told from another by more than its letters, so
#: FTS5 keeps no positions; stems hold no sign but those of `eak_core.search.index`.
SEARCH_INDEX = {
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
        f"""CREATE INDEX search_index ON search_document
        USING gin ({SEARCH_VECTOR}) WITH (fastupdate = off)""",
    ),
}

for _dialect, _statements in SEARCH_INDEX.items():
    for _statement in _statements:
        event.listen(
            SearchDocument.__table__,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]  # so it is
        )
