"""The pilots that an offer goes to: never more than there is enough for, however many ask at once.

What is left is shown on pages: whoever calls these functions publishes, in the same transaction,
the event of why.
"""

from sqlalchemy import update

from eak_core.api import Refused, Session, _l, not_hidden
from eak_matchmaking.models import OFFER_NAME, Offer
from eak_matchmaking.resources import not_passed


def take(session: Session, offer_id: int) -> None:
    """Give one pilot more what is offered. `Refused` where nothing is left, and where the offer is
    not open."""
    taken = session.scalar(
        update(Offer)
        .where(
            Offer.id == offer_id,
            Offer.published_at.is_not(None),
            Offer.ended_at.is_(None),
            not_passed(Offer.ends_on),
            not_hidden(Offer.service_id, OFFER_NAME, Offer.id),
            Offer.taken < Offer.capacity,
        )
        .values(taken=Offer.taken + 1)
        .returning(Offer.id)
    )
    if taken is None:
        raise Refused(_l("Nothing is left of this offer, or it has ended."))


def give_back(session: Session, offer_id: int) -> None:
    """Take back from one pilot what it had, once for each `take`, also of an offer that has ended.
    `ValueError` where no pilot has it."""
    given = session.scalar(
        update(Offer)
        .where(Offer.id == offer_id, Offer.taken > 0)
        .values(taken=Offer.taken - 1)
        .returning(Offer.id)
    )
    if given is None:
        raise ValueError(f"no pilot has anything of the offer {offer_id}.")
