"""The pilots that partners were accepted for, as the log of the service tells: they are the first
partners of an experiment of their idea. Their names are asked of whichever plugin knows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Context, Model, Session, insert_once, subscriber
from eak_experiments.manifest import plugin


class Pilot(Model):
    """An organisation is to pilot an idea: derived from events, so a rebuild empties it."""

    __tablename__ = "experiments_pilot"

    proposal_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service_id: Mapped[int] = mapped_column(index=True)
    idea_id: Mapped[int]
    organisation_id: Mapped[int]


@subscriber(plugin, "matchmaking.pilot_accepted")
def keep_pilot(event: Mapping[str, Any], ctx: Context) -> None:
    """Keep that an organisation is to pilot an idea."""
    row = {
        "proposal_id": event.get("proposal_id"),
        "service_id": ctx.service_id,
        "idea_id": event.get("idea_id"),
        "organisation_id": event.get("organisation_id"),
    }
    if None not in row.values():
        insert_once(ctx.session, Pilot, row, Pilot.proposal_id)


@subscriber(plugin, "matchmaking.pilot_ended")
def forget_pilot(event: Mapping[str, Any], ctx: Context) -> None:
    """Forget a pilot that has ended."""
    ended = Pilot.proposal_id == event.get("proposal_id")
    ctx.session.execute(delete(Pilot).where(ended))


def pilots_of(session: Session, idea_id: int) -> Sequence[str]:
    """What the log calls the organisations that are to pilot an idea, the first one first."""
    query = select(Pilot.organisation_id).where(Pilot.idea_id == idea_id)
    found = session.scalars(query.order_by(Pilot.proposal_id)).all()
    return [f"matchmaking.organisation:{number}" for number in found]


def forget(session: Session, service_id: int) -> None:
    """Delete what was derived, before the events are handled anew."""
    session.execute(delete(Pilot).where(Pilot.service_id == service_id))
