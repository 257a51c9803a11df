"""What follows from what happens: partners are found."""

from collections.abc import Mapping, Sequence

from flask import url_for
from sqlalchemy import ColumnElement, select

from eak_core.api import Actor, Document, Link, SearchKind, Session, _l, searched
from eak_matchmaking.events import OrganisationClosed, OrganisationEdited, OrganisationRegistered
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import Organisation
from eak_matchmaking.organisations.finding import present


def _readable(service_id: int, _actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return present(service_id)


def _read(session: Session, service_id: int, ids: Sequence[int]) -> Mapping[int, Document]:
    found = session.scalars(
        select(Organisation).where(Organisation.id.in_(ids), *present(service_id))
    )
    return {
        each.id: Document(
            each.name, "\n\n".join(filter(None, (each.about, each.pioneering, each.motivation)))
        )
        for each in found
    }


def _link(session: Session, ids: Sequence[int]) -> Mapping[int, Link]:
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    )
    return {key: Link(name, url_for("matchmaking.show", organisation_id=key)) for key, name in rows}


ORGANISATIONS = searched(
    plugin,
    SearchKind(
        "matchmaking.organisation", _l("Partners"), Organisation.id, _readable, _read, _link
    ),
    OrganisationRegistered,
    OrganisationEdited,
    OrganisationClosed,
)
