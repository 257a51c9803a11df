"""A plugin that takes in the associations of a list, whose names become subjects here."""

import re
from functools import partial
from typing import Annotated

import click
import msgspec
from flask import g

from eak_core.api import (
    Actor,
    Invalid,
    Plugin,
    Refused,
    Service,
    Session,
    current_session,
    hookimpl,
    imports,
)
from eak_core.ideas.describing.subjects import add_subject, subjects_of

plugin = Plugin(name="associations", title="Associations", core=">=0.1,<1")


def siren_number(text: str) -> str:
    if not re.fullmatch(r"[0-9]{9}", text):
        raise Invalid("It is no SIREN number.")
    return text


class Association(msgspec.Struct):
    name: str
    siren: Annotated[str, siren_number] = ""
    amount: int | None = None


def take_in(session: Session, actor: Actor, service: Service, found: Association) -> bool:
    if any(each.name == found.name for each in subjects_of(session, service.id)):
        return False
    add_subject(session, actor, service, found.name)
    session.flush()
    if (found.amount or 0) < 0:
        raise Refused("Nobody owes us anything.")
    return True


@click.command("import-associations")
@imports.import_options(Association)
def import_associations(options: imports.ImportOptions) -> int:
    """Take in the associations in FILE (CSV)."""
    session = current_session()
    take = partial(take_in, session, g.actor, g.service)
    with imports.importing(session, options, service=g.service.slug) as run:
        imports.take_file(run, "associations", options, Association, take)
    return run.exit_code


@hookimpl
def register_commands() -> list[click.Command]:
    return [import_associations]
