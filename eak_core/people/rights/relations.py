"""Who is what to something of a plugin, beside the roles that the core knows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from eak_core.db import Session
from eak_core.people.names import person_names
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_request.slots import Link, linked
from eak_core.services.models import Service


class Relation(NamedTuple):
    """A relation as the page of a team shows it: who stands in it, to what, since when and why.
    ``names`` are what permissions call it, none where the plugin does not say."""

    person_id: int
    names: Sequence[str]
    name: str
    relation: Any
    of: Link
    since: datetime
    because: Any


def relations_in(session: Session, service: Service, active: frozenset[str]) -> list[Relation]:
    """What people are in ``service`` by the plugins ``active`` there; erased ones are left out.
    One statement for the names, and those of the plugins."""
    answers = get_host().call_each("held_relations", active, session=session, service=service)
    held = [(owner, each) for owner, answer in answers for each in answer]
    names = person_names(session, [each.person_id for _owner, each in held])
    return [
        Relation(
            each.person_id,
            each.names,
            names[each.person_id],
            each.relation,
            link,
            each.since,
            each.because,
        )
        for owner, each in held
        if each.person_id in names
        for link in linked(owner, "held_relations", [each.of])
    ]
