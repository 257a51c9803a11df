"""The files of a kit: each with the licence under which others may use it."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select

from eak_core.api import (
    Actor,
    Invalid,
    Service,
    Session,
    StoredFile,
    _l,
    file_url,
    files_of,
    hold_account,
    require,
    shown_files,
    upsert,
)
from eak_experiments.drafting.preparing import tell
from eak_experiments.events import KitEdited
from eak_experiments.manifest import plugin
from eak_experiments.models import Experiment, KitLicence
from eak_experiments.protocol import kit as kits
from eak_experiments.protocol.kit import LICENCES, KitFile


class Licensed(NamedTuple):
    """A file of a kit as its page shows it; ``link`` is the address of the licence, or empty."""

    name: str
    url: str
    licence: str
    link: str
    size: int


def subject_of(experiment: Experiment) -> str:
    """How the files of its kit are named."""
    return f"kit:{experiment.id}"


def licences(session: Session, experiment: Experiment) -> Mapping[int, str]:
    """The licences of the files of a kit that have one, by the ids of the files."""
    query = select(KitLicence.file_id, KitLicence.licence).join(
        StoredFile, StoredFile.id == KitLicence.file_id
    )
    here = StoredFile.owner == plugin.name, StoredFile.subject == subject_of(experiment)
    return {row.file_id: row.licence for row in session.execute(query.where(*here))}


def license_files(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    said: Mapping[int, str],
) -> None:  # fmt: skip
    """Say under which licence each file of a kit stands, by their ids; those that have one are
    public. `Invalid` for a licence that is none of `LICENCES`."""
    require(actor, "experiments.carry", service, experiment)
    hold_account(session, actor)
    wrong = {
        f"licence_{number}": _l("Choose a licence.")
        for number, licence in said.items()
        if licence not in LICENCES
    }
    if wrong:
        raise Invalid(_l("Nothing was saved: something is to be corrected."), wrong)
    stand = licences(session, experiment)
    there = {each.id for each in files_of(session, service.id, plugin.name, subject_of(experiment))}
    rows = [
        {"file_id": number, "licence": licence}
        for number, licence in said.items()
        if number in there and stand.get(number) != licence
    ]
    if not rows:
        return
    upsert(session, KitLicence, rows)
    tell(session, actor, experiment, KitEdited(experiment_id=experiment.id))


def kit_files(session: Session, experiment: Experiment) -> list[KitFile]:
    """The files of a kit that everybody may have, with their whole addresses, as other sites are
    told them."""
    if experiment.source:
        return list(kits.read(experiment.kit).files)
    found = licences(session, experiment)
    if not found:
        return []
    shown = shown_files(session, experiment.service_id, plugin.name, subject_of(experiment))
    return [
        KitFile(
            name=each.alt or each.name, url=file_url(each, external=True), licence=found[each.id],
            size=each.size,
        )
        for each in (*shown.documents, *shown.pictures)
        if each.id in found
    ]  # fmt: skip


def licensed(session: Session, experiment: Experiment) -> list[Licensed]:
    """The same, as pages show them."""
    return [
        Licensed(each.name, each.url, *LICENCES.get(each.licence, (each.licence, "")), each.size)
        for each in kit_files(session, experiment)
        if each.url.startswith(("https://", "http://"))
    ]
