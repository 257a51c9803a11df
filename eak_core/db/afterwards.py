"""What is done once a transaction is over, and only where it was committed."""

from collections.abc import Callable
from contextlib import ExitStack

from sqlalchemy import event as sa_event
from sqlalchemy import orm

from eak_core.db.session import Session

_WAITING = "eak_afterwards"
_COMMITTED = "eak_committed"


def afterwards(session: orm.Session, action: Callable[[], object]) -> None:
    """Call ``action`` when the transaction of ``session`` has been committed and its connection
    given back, so that it may open one of its own. Never, where it is rolled back; a savepoint
    changes nothing. What ``action`` raises passes through to whoever committed, once all others
    were called: what was committed is owed all of them.
    """
    session.info.setdefault(_WAITING, []).append(action)


@sa_event.listens_for(Session, "after_commit")
def _note_commit(session: orm.Session) -> None:
    if session.get_nested_transaction() is None:
        session.info[_COMMITTED] = True


@sa_event.listens_for(Session, "after_transaction_end")
def _act(session: orm.Session, transaction: orm.SessionTransaction) -> None:
    if transaction.parent is not None:
        return
    actions = session.info.pop(_WAITING, [])
    if session.info.pop(_COMMITTED, False):
        with ExitStack() as stack:
            for action in reversed(actions):
                stack.callback(action)
