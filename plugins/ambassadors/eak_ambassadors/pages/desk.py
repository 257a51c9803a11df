"""What waits for those who run a service."""

from flask import g
from sqlalchemy import func, select

from eak_ambassadors.models import Nomination
from eak_ambassadors.nominations.answering import open_since
from eak_ambassadors.nominations.nominating import TIME_TO_ANSWER
from eak_ambassadors.pages.blueprint import manage
from eak_core.api import Session, current_session, render


@manage.get("/")
def index() -> str:
    """Nominations and where they stand."""
    session = current_session()
    return render(
        "ambassadors/manage.html",
        sent=sent(session, g.service.id),
        days=TIME_TO_ANSWER.days,
    )


def sent(session: Session, service_id: int) -> int:
    """How many nominations wait for an answer, or were refused: nobody can tell which."""
    return session.scalar(
        select(func.count())
        .select_from(Nomination)
        .where(
            Nomination.service_id == service_id,
            Nomination.agreed_at.is_(None),
            Nomination.nominated_at > open_since(),
        )
    ) or 0  # fmt: skip
