"""How PostgreSQL plans what is asked again and again."""

from sqlalchemy import text

from eak_core.db.session import Session

_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")


def plan_anew(session: Session) -> None:
    """Let each statement of this transaction be planned for the tables as they are by then.

    PostgreSQL keeps the plan that it made when a connection asked something for the sixth time, and
    that of a table which was nearly empty then is to read all of it: taking in a list of a hundred
    thousand took minutes, most of them to look up what was known of each portion.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ANEW)
