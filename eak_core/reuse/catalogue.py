"""The catalogue of the site's open data: DCAT-AP, as JSON-LD, for data.gouv.fr and its like.

W3C, Data Catalog Vocabulary (DCAT) version 3; DCAT-AP; what data.gouv.fr reads of it stands at
doc.data.gouv.fr/moissonnage/dcat. Its context stands in the document, so nothing else has to be
fetched to read it. It is in French, whatever the reader's language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eak_core.db import Session
from eak_core.events.extracts import last_shown
from eak_core.i18n import _
from eak_core.ideas.describing.territory import communes
from eak_core.permissions import Actor
from eak_core.plugins.hooks.datasets import DataSet
from eak_core.plugins.per_service.activation import active_in
from eak_core.reuse import licence
from eak_core.reuse.sets import sets_of
from eak_core.services.directory import list_services
from eak_core.services.models import Service

_EU = "http://publications.europa.eu/resource/authority"
CONTEXT: Mapping[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: Whatever is written is in the files at once.
FREQUENCY = f"{_EU}/frequency/UPDATE_CONT"
LANGUAGE = f"{_EU}/language/FRA"


@dataclass(frozen=True, slots=True)
class Published:
    """A public ``service`` with its sets, and when anything in them changed last (an instant)."""

    service: Service
    sets: Sequence[DataSet]
    modified: datetime


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are, whole: the ``catalogue``, the page ``home`` of all open data, the one to
    write to whoever runs the site, and for a service its page, its archive (``everything``), and
    its files, by the name of a set and an ending."""

    catalogue: str
    home: str
    contact: str
    page: Any
    everything: Any
    file: Any


def published(session: Session) -> list[Published]:
    """The open data of the public services, whoever asks: a fixed number of statements."""
    services = [
        each
        for each in list_services(session, Actor.visitor(), archived=True)
        if each.audience == "public"
    ]
    ids = [each.id for each in services]
    active, changed = active_in(session, ids), last_shown(session, ids)
    return [
        Published(
            each, sets_of(session, each, active[each.id]), changed.get(each.id, each.created_at)
        )
        for each in services
    ]


def department_of(session: Session) -> str | None:
    """The number of the department that all communes of the site are in; None for several, or
    none. Overseas it has three digits (INSEE)."""
    codes = [each.code for each in communes(session)]
    numbers = {code[:3] if code.startswith("97") else code[:2] for code in codes}
    return numbers.pop() if len(numbers) == 1 else None


def catalogue(
    found: Iterable[Published],
    addresses: Addresses,
    *,
    site: str,
    publisher: str,
    email: str,
    department: str | None,
) -> dict[str, Any]:
    """The document, in the language at hand."""
    held = list(found)
    agent = {
        "@id": f"{addresses.home}#editeur",
        "@type": "foaf:Agent",
        "foaf:name": publisher,
    }
    more: dict[str, Any] = {
        "dct:publisher": agent,
        "dcat:contactPoint": _contact(publisher, email, addresses.contact),
        "dct:language": {"@id": LANGUAGE},
    }
    if department is not None:
        place = f"http://id.insee.fr/geo/departement/{department}"
        more["dct:spatial"] = {"@id": place, "@type": "dct:Location"}
    return {
        "@context": CONTEXT,
        "@id": addresses.catalogue,
        "@type": "dcat:Catalog",
        "dct:title": _("Open data of %(site)s", site=site),
        "dct:description": _("What everybody can read on %(site)s, to be reused.", site=site),
        "foaf:homepage": {"@id": addresses.home},
        "dct:license": {"@id": licence.SPDX},
        **more,
        **({"dct:modified": _instant(max(each.modified for each in held))} if held else {}),
        "dcat:dataset": [_dataset(each, addresses, more) for each in held],
    }


def _dataset(each: Published, addresses: Addresses, more: Mapping[str, Any]) -> dict[str, Any]:
    service, page = each.service, addresses.page(each.service)
    files = [
        _file(
            _("Everything, with dictionary and licence"), "ZIP", "application/zip",
            addresses.everything(service), page,
        )
    ]  # fmt: skip
    for data in each.sets:
        table, document, schema = (
            addresses.file(service, data.name, ending) for ending in ("csv", "json", "schema.json")
        )
        files.append(_file(str(data.title), "CSV", "text/csv", table, page, str(data.about)))
        described = _file(
            str(data.title), "JSON", "application/json", document, page, str(data.about)
        )
        files.append({**described, "dct:conformsTo": {"@id": schema}})
    return {
        "@id": f"{page}#jeu",
        "@type": "dcat:Dataset",
        "dct:identifier": page,
        "dct:title": _("Citizens’ participation: %(service)s", service=service.name),
        "dct:description": "\n".join(
            [
                _("What everybody can read on the pages of “%(service)s”.", service=service.name),
                *(f"- {data.title} : {data.about}" for data in each.sets),
            ]
        ),
        "dcat:keyword": ["participation", "participation-citoyenne", "innovation-publique"],
        "dcat:landingPage": {"@id": page},
        "dct:issued": _instant(service.created_at),
        "dct:modified": _instant(each.modified),
        "dct:accrualPeriodicity": {"@id": FREQUENCY},
        "dct:license": {"@id": licence.SPDX},
        "dct:rights": licence.TITLE,
        **more,
        "dcat:distribution": files,
    }


def _file(
    title: str, kind: str, media_type: str, address: str, page: str, about: str = ""
) -> dict[str, Any]:
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": f"{title} ({kind})",
        **({"dct:description": about} if about else {}),
        "dct:format": kind,
        "dcat:mediaType": media_type,
        "dcat:accessURL": {"@id": page},
        "dcat:downloadURL": {"@id": address},
        "dct:license": {"@id": licence.SPDX},
        "dct:rights": licence.TITLE,
    }


def _contact(publisher: str, email: str, page: str) -> dict[str, Any]:
    reached = {"vcard:hasEmail": {"@id": f"mailto:{email}"}} if email else {}
    return {
        "@type": "vcard:Organization",
        "vcard:fn": publisher,
        **reached,
        "vcard:hasURL": {"@id": page},
    }


def _instant(at: datetime) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": at.isoformat(timespec="seconds")}
