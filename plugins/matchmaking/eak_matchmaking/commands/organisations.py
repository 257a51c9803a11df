"""``eak matchmaking import-organisations``: partners, from a list that somebody has."""

import re
from functools import partial
from typing import Annotated

import click
import msgspec
from flask import g

from eak_core.api import (
    Actor,
    Invalid,
    Service,
    Session,
    _l,
    communes,
    current_session,
    folded,
    imports,
    require,
)
from eak_matchmaking.models import ORGANISATION_KINDS
from eak_matchmaking.organisations import numbers
from eak_matchmaking.organisations.finding import known_as
from eak_matchmaking.organisations.registering import Profile, arrive, checked, insert

#: What lists call kinds of organisations, in their order: the first that is a word of it counts.
_CALLED = {
    "collectif": "collective",
    "association": "association",
    "ecole": "school",
    "college": "school",
    "lycee": "school",
    "universite": "school",
    "entreprise": "company",
    "societe": "company",
    "commune": "public_body",
    "departement": "public_body",
    "region": "public_body",
    "etablissement": "public_body",
}


def kind_of(text: str) -> str:
    """The kind of organisation that a list means by ``text``: one of ours, or a French word for it.
    `Invalid` where it is neither."""
    if text in ORGANISATION_KINDS:
        return text
    words = re.findall(r"\w+", folded(text))
    for word, kind in _CALLED.items():
        if word in words:
            return kind
    raise Invalid(_l("This is no kind of organisation: association, entreprise, école, commune …"))


def number_of(text: str) -> str:
    """A SIREN or SIRET. `Invalid` where it is none."""
    try:
        return numbers.identifier(text)
    except ValueError:
        raise Invalid(
            _l("This is no SIREN (9 figures) or SIRET (14 figures): check each figure.")
        ) from None


class OrganisationRow(msgspec.Struct):
    """A row of a list of organisations. ``commune`` is its INSEE code or its name."""

    name: str
    kind: Annotated[str, kind_of] = "association"
    identifier: Annotated[str, number_of] = ""
    commune: str = ""
    site: str = ""
    about: str = ""


@click.command("import-organisations")
@imports.import_options(OrganisationRow)
def import_organisations(options: imports.ImportOptions) -> int:
    """Take in the organisations in FILE (CSV) as partners of a service.

    One that is known by its SIREN or SIRET, or, without one, by its name and commune, is not taken
    in twice. Nobody acts for them yet, and they are not verified: that is for people.
    """
    session = current_session()
    require(g.actor, "matchmaking.run", g.service)
    take = partial(take_in, session, g.actor, g.service, _codes(session))
    with imports.importing(session, options) as run:
        imports.take_file(run, "organisations", options, OrganisationRow, take)
    return run.exit_code


def take_in(
    session: Session, actor: Actor, service: Service, codes: dict[str, str], row: OrganisationRow
) -> bool:
    """Take one row in; False where the organisation is there. `Invalid` for what cannot be."""
    code = codes.get(folded(row.commune)) if row.commune else ""
    if code is None:
        raise Invalid(_l("Nothing was taken in."), {"commune": _l("This is no commune of ours.")})
    origin = None if row.identifier else f"{folded(row.name)[:100]}/{code}"
    known = known_as(session, row.identifier, origin)
    if known is not None:
        return arrive(session, service, known, actor.person_id, imported=True)
    profile = Profile(
        name=row.name,
        kind=row.kind,
        identifier=row.identifier,
        communes=[code] if code else [],
        site=row.site,
        about=row.about,
    )
    values = checked(session, profile)
    values |= {"registered_by": None, "form_key": None, "origin": origin}
    return insert(session, service, values, imported=True) is not None


def _codes(session: Session) -> dict[str, str]:
    """The INSEE codes of the territory, by code and by folded name."""
    found = {}
    for each in communes(session):
        found[each.code] = found[folded(each.name)] = each.code
    return found
