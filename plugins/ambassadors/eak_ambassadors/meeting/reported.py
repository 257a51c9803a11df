"""Ambassadors as moderation sees them: what they say of themselves can be reported."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from eak_ambassadors.models import AMBASSADOR, Ambassador
from eak_ambassadors.recognition.terms import current
from eak_core.api import Reportable, Service, Session, _, numbered, person_names


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, Reportable]:
    """The ambassadors among ``subjects`` of whom everybody, or each agent, can read something,
    hidden or not."""
    ids = numbered(AMBASSADOR, subjects)
    if not ids:
        return {}
    said = Ambassador.shown | (Ambassador.knows != "")
    found = session.scalars(
        select(Ambassador).where(*current(service.id), Ambassador.id.in_(ids), said)
    ).all()
    names = person_names(session, [each.person_id for each in found if each.person_id])
    return {
        each.subject: Reportable(
            _("What %(name)s says as an ambassador", name=names.get(each.person_id or 0, "")),
            "ambassadors.show" if each.shown else "ambassadors.ask",
            {"ambassador_id": each.id},
            "\n\n".join(filter(None, (each.words, each.knows))),
            each.person_id,
        )
        for each in found
    }
