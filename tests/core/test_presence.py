"""Where a person has acted."""

from sqlalchemy import text

from eak_core.people.presence import services_of
from eak_core.testing.databases import Kind
from eak_core.testing.site import Site


def test_it_is_found_by_an_index_not_by_going_through_the_log(site: Site, database: Kind) -> None:
    with site.reading() as session:
        query = services_of(1).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        if database == "postgresql":  # which prefers to read a table of a few rows whole
            session.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if database == "sqlite" else "EXPLAIN"
        plan = str(session.execute(text(f"{explain} {query}")).all())
    assert "ix_event_log_actor_id" in plan
