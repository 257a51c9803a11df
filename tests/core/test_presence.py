"""Where a person has acted."""

from sqlalchemy import insert, text

from eak_core import clock
from eak_core.events.models import EventLog
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.site import Site
from eak_core.people.names import services_of

ROWS = 3000
"""So many that reading them all costs more than an index: a planner may scan a shorter table."""


def test_it_is_found_by_an_index_not_by_going_through_the_log(site: Site, database: Kind) -> None:
    with site.writing() as session:
        session.execute(
            insert(EventLog),
            [
                {
                    "service_id": 1000 + row % 3,
                    "position": row,
                    "event_id": str(row),
                    "type": "core.idea_published",
                    "version": 1,
                    "subject": f"idea:{row}",
                    "actor_id": 1 + row % 100,
                    "occurred_at": clock.now(),
                    "data": "{}",
                }
                for row in range(ROWS)
            ],
        )
        session.execute(text("ANALYZE event_log"))
        query = services_of(1).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if database == "sqlite" else "EXPLAIN"
        plan = str(session.execute(text(f"{explain} {query}")).all())
        session.rollback()
    assert "ix_event_log_actor_id" in plan
