"""Protocols of experiments in the public log: what is to be found out is fixed before, and nobody
can rewrite it unseen. The log of events tells of them, whichever plugin publishes that."""

from datetime import datetime

from eak_core.api import Service, Session, read_log
from eak_voting.transparency import log
from eak_voting.transparency.recording import record
from eak_voting.transparency.records import ProtocolLeaf, decode

#: The kind of these entries.
KIND = "experiment.protocol"
#: So many are taken in at a time; what is left comes an hour later.
MOST = 200


def take_in(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Append the protocols that were fixed or amended since the last one that stands in the log."""
    known = log.leaves_of_kind(session, service.id, KIND)
    last = decode(known[-1].data) if known else None
    beyond = last.position if isinstance(last, ProtocolLeaf) else None
    found = read_log(
        session, service.id, types=["experiments.protocol_fixed", "experiments.amended"],
        beyond=beyond, limit=MOST,
    )  # fmt: skip
    leaves = [
        ProtocolLeaf(
            experiment=each.data["experiment_id"], version=each.data["version"],
            protocol=each.data["hash"], position=each.position,
        )
        for each in found
        if {"experiment_id", "version", "hash"} <= set(each.data)
    ]  # fmt: skip
    if leaves:
        record(session, service, leaves)
