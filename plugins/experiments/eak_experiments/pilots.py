"""The pilots that partners were accepted for, as the log of the service tells: they are the first
partners of an experiment of their idea. Their names are asked of whichever plugin knows them."""

from collections.abc import Sequence

from eak_core.api import Session, read_log

#: So many of the last pilots of a service are looked at.
MOST = 1_000


def pilots_of(session: Session, service_id: int, idea_id: int) -> Sequence[str]:
    """What the log calls the organisations that are to pilot an idea, the latest first."""
    happened = read_log(
        session, service_id, types=["matchmaking.pilot_accepted", "matchmaking.pilot_ended"],
        newest_first=True, limit=MOST,
    )  # fmt: skip
    ended: set[int] = set()
    found: dict[str, None] = {}
    for each in happened:
        if each.data.get("idea_id") != idea_id:
            continue
        proposal, organisation = each.data.get("proposal_id"), each.data.get("organisation_id")
        if each.type == "matchmaking.pilot_ended":
            ended.add(proposal)
        elif proposal not in ended:
            found[f"matchmaking.organisation:{organisation}"] = None
    return list(found)
