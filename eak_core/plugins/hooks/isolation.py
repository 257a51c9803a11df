"""What a plugin's failure may cost the session it was given: nothing.

A failed statement leaves PostgreSQL's transaction unusable, and a hook that raises halfway leaves
rows behind; either would reach the page or the commit of somebody who did nothing wrong.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import has_app_context
from sqlalchemy.exc import SQLAlchemyError

from eak_core.db import Session, current_session


@contextmanager
def isolated(session: Session | None) -> Iterator[None]:
    """Whatever raises inside leaves ``session`` (by default the request's) as it was.

    Where the session may write, a savepoint undoes what was written. Where it only reads, nothing
    is paid unless a statement failed; then the transaction is begun anew.
    """
    if session is None and has_app_context():
        session = current_session()
    if session is not None and session.writes:
        with session.begin_nested():
            yield
        return
    try:
        yield
    except SQLAlchemyError:
        if session is not None:
            session.rollback()
        raise
