"""What follows from what happens: experiments are found."""

from collections.abc import Mapping, Sequence

from flask import url_for
from sqlalchemy import ColumnElement, select

from eak_core.api import (
    Actor,
    ContentHidden,
    ContentRestored,
    Document,
    Link,
    SearchKind,
    Session,
    _l,
    searched,
)
from eak_experiments.drafting.finding import protocol_of, public
from eak_experiments.events import Amended, Closed, Imported, ProtocolFixed
from eak_experiments.manifest import plugin
from eak_experiments.models import NAME, Experiment
from eak_experiments.protocol import closing as closings
from eak_experiments.protocol.document import Protocol


def _readable(service_id: int, _actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return public(service_id)


def text_of(protocol: Protocol, closing: str | None) -> str:
    """What is searched of a protocol, beside its title, and of what it taught."""
    taught = closings.read(closing) if closing else None
    said = (
        *((taught.lessons, taught.unintended, taught.reasons) if taught else ()),
        protocol.challenge, protocol.activities, protocol.outcomes, protocol.public,
        *(each.statement for each in protocol.hypotheses),
        *(each.metric for each in protocol.hypotheses),
        *(each.name for each in protocol.partners),
    )  # fmt: skip
    return "\n\n".join(filter(None, said))


def _read(session: Session, service_id: int, ids: Sequence[int]) -> Mapping[int, Document]:
    found = session.scalars(select(Experiment).where(Experiment.id.in_(ids), *public(service_id)))
    return {
        each.id: Document(each.title, text_of(protocol_of(session, each), each.closing))
        for each in found.all()
    }


def _link(session: Session, ids: Sequence[int]) -> Mapping[int, Link]:
    rows = session.execute(select(Experiment.id, Experiment.title).where(Experiment.id.in_(ids)))
    return {key: Link(title, url_for("experiments.show", experiment_id=key)) for key, title in rows}


EXPERIMENTS = searched(
    plugin,
    SearchKind(NAME, _l("Experiments"), Experiment.id, _readable, _read, _link, instead=True),
    ProtocolFixed,
    Amended,
    Closed,
    Imported,
    ContentHidden,
    ContentRestored,
)
