"""``eak person``: accounts and roles, above all the first administrator's."""

import os
import sys
from pathlib import Path

import click

from eak_core.cli.chosen import chosen_service
from eak_core.cli.frame import state
from eak_core.cli.output import confirm, yes_option


@click.group("person")
def group() -> None:
    """Create accounts, and give and take roles."""


@group.command()
@click.argument("email")
@click.argument("name")
@click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input instead of asking for it.",
)
@click.option("--administrator", is_flag=True, help="Let this person run the whole site.")
def create(email: str, name: str, password_stdin: bool, administrator: bool) -> None:
    """Make a confirmed account for EMAIL, shown to the public as NAME.

    The password is asked for twice: given as an argument it would stay in the shell's history
    and show in the list of processes.
    """
    from eak_core.db import write_session
    from eak_core.people.accounts.account import create_person

    password = _password(password_stdin)
    with state().application() as app, write_session(app) as session:
        create_person(session, email, name, password, administrator=administrator)
    click.echo(f"The account of {email} is open.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


@group.command()
@click.argument("email")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(email: str, file: Path) -> None:
    """Write the copy of all that is stored about the account EMAIL to FILE (zip), for its owner.

    The file is readable by its owner alone, and never written over another one.
    """
    from eak_core.db import read_session
    from eak_core.files.copies import write_copy
    from eak_core.people.accounts.account import find_person
    from eak_core.permissions import Actor
    from eak_core.security_log import note

    with state().application() as app, app.test_request_context(), read_session(app) as session:
        person = find_person(session, email)
        number = person.id
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as into:
            write_copy(session, Actor.system(), number, into)
        note("personal_data_copied", person=number)
    click.echo(f"The copy of {email} is in {file}.")


@group.command()
@click.argument("email")
@yes_option
def erase(email: str, yes: bool) -> None:
    """Erase the account EMAIL, as its owner would: nothing brings it back."""
    from eak_core.db import write_session
    from eak_core.people.accounts.account import find_person
    from eak_core.people.accounts.personal_data import erase_person, legal_holds
    from eak_core.permissions import Actor

    with state().application() as app, write_session(app) as session:
        person = find_person(session, email)
        for hold in legal_holds(session, person.id):
            click.echo(hold, err=True)
        confirm(f"Erase the account of {email} for good?", yes)
        erase_person(session, Actor.system(), person.id)
    click.echo(f"The account of {email} is erased.")


@group.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take the second factor off the account EMAIL, whose owner has lost it.

    Make sure that it is they who ask: from then on the password alone opens the account. They are
    told by mail, and managers and administrators are asked to set another one up.
    """
    from eak_core.db import write_session
    from eak_core.people.accounts.account import find_person
    from eak_core.people.credentials import second_factor
    from eak_core.permissions import Actor

    with state().application() as app, write_session(app) as session:
        person = find_person(session, email)
        had = person.secured_at is not None
        second_factor.reset(session, Actor.system(), person)
    click.echo(f"{email} {'signs in by password alone' if had else 'had no second factor'}.")


@group.command()
@click.argument("email")
@click.argument("role", type=click.Choice(["manager", "administrator"]))
@click.option("--service", "slug", metavar="SLUG", help="The service, for a manager.")
@click.option("--revoke", is_flag=True, help="Take the role instead of giving it.")
def role(email: str, role: str, slug: str | None, revoke: bool) -> None:
    """Give the account EMAIL a role: manager of a service, or administrator of the site."""
    from eak_core.db import write_session
    from eak_core.people.accounts.account import find_person
    from eak_core.people.rights import roles
    from eak_core.permissions import Actor

    if (role == "manager") != (slug is not None):
        raise click.UsageError("A manager needs --service SLUG, an administrator has none.")
    with state().application() as app, write_session(app) as session:
        person = find_person(session, email)
        actor = Actor.system()
        if slug is None:
            change = roles.revoke_administrator if revoke else roles.grant_administrator
            change(session, actor, person)
        else:
            change_in = roles.revoke_role if revoke else roles.grant_role
            change_in(session, actor, person, chosen_service(session, slug), "manager")
    where = "the site" if slug is None else f"“{slug}”"
    click.echo(f"{email} is {'no longer' if revoke else 'now'} {role} of {where}.")
