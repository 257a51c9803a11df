"""The sets of open data that a service publishes."""

from dataclasses import replace

from eak_core.db import Session
from eak_core.errors import NotFound
from eak_core.i18n import _l
from eak_core.plugins.hooks.datasets import DataSet
from eak_core.plugins.loading.host import get_host
from eak_core.services.models import Service


def sets_of(session: Session, service: Service, active: frozenset[str]) -> list[DataSet]:
    """What the core and the ``active`` plugins publish of ``service``, each under a name of its
    own; nothing of an internal one."""
    if service.audience != "public":
        return []
    answers = get_host().call_each(
        "open_data", active, session=session, service=service, plugins=active
    )
    found: dict[str, DataSet] = {}
    for owner, sets in answers:
        for each in sets:
            name = each.name if each.name not in found else f"{owner}-{each.name}"
            found[name] = replace(each, name=name)
    return list(found.values())


def set_of(session: Session, service: Service, active: frozenset[str], name: str) -> DataSet:
    """The set called ``name``; `NotFound` where there is none."""
    for each in sets_of(session, service, active):
        if each.name == name:
            return each
    raise NotFound(_l("There are no open data of this name."))
