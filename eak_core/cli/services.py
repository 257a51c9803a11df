"""``eak service``: the services of the site."""

import click

from eak_core.cli.frame import state
from eak_core.cli.output import json_option, show


@click.group("service")
def group() -> None:
    """Open services, and list them."""


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Every service, the archived ones too."""
    from eak_core.db import read_session
    from eak_core.permissions import Actor
    from eak_core.services.directory import list_services

    with state().application() as app, read_session(app) as session:
        rows = [
            {
                "slug": service.slug,
                "name": service.name,
                "audience": service.readers,
                "theme": service.theme,
                "archived": service.archived_at is not None,
            }
            for service in list_services(session, Actor.system(), archived=True)
        ]
    columns = ("slug", "name", "audience", "theme", "archived")
    show(rows, columns, as_json=as_json, empty="There is no service yet.")


@group.command()
@click.argument("slug")
@click.argument("name")
@click.option(
    "--audience",
    type=click.Choice(["public", "internal", "preparing"]),
    default="public",
    show_default=True,
    help="Who may read it: everybody, the agents of the administration, or those who run it.",
)
@click.option("--theme", metavar="NAME", help="A theme of its own, instead of the site's.")
@click.option("--description", default="", help="What it is about, for its home page.")
def create(slug: str, name: str, audience: str, theme: str | None, description: str) -> None:
    """Open a service at /SLUG/ under the name NAME."""
    from typing import cast

    from eak_core.db import write_session
    from eak_core.ideas.describing.opening import create_service
    from eak_core.permissions import Actor
    from eak_core.services.models import Audience

    with state().application() as app, write_session(app) as session:
        create_service(
            session,
            Actor.system(),
            slug,
            name,
            description=description,
            audience=cast("Audience", audience),
            theme=theme,
        )
    click.echo(f"The service “{slug}” is open.")
