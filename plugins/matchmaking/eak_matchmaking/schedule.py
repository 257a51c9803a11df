"""What is due by itself."""

from datetime import datetime, timedelta

from eak_core.api import Service, Session, on_schedule
from eak_matchmaking import meanings
from eak_matchmaking.manifest import plugin
from eak_matchmaking.matching.closing import close_due, read_round
from eak_matchmaking.offers.ending import end_due
from eak_matchmaking.organisations import members
from eak_matchmaking.proposals import letters
from eak_matchmaking.suggestions.exposure import keep_counted, read_lists

on_schedule(plugin, "end_offer")(end_due)
on_schedule(plugin, "remind_pilot")(letters.remind_due)
on_schedule(plugin, "match_round", reads=read_round)(close_due)
on_schedule(plugin, "count_exposure", reads=read_lists, every=timedelta(days=1))(keep_counted)
on_schedule(plugin, meanings.READ, reads=meanings.unread)(meanings.keep)


@on_schedule(plugin, "tidy", every=timedelta(days=1))
def tidy(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Forget the addresses of those who did not answer an invitation, and what texts meant that are
    gone."""
    members.forget_old(session)
    meanings.sweep(session)
