"""What the room of people adds to an application."""

from flask import Flask

from eak_core.people import put_aside  # noqa: F401  # what is due, on import
from eak_core.people.accounts import sleeping, upkeep  # noqa: F401  # the same
from eak_core.people.pages import account, passkeys, second_factor  # noqa: F401  # pages, on import
from eak_core.people.signing_in.entrance import init_entrance
from eak_core.people.signing_in.security import init_security


def init_people(app: Flask) -> None:
    """Give ``app`` accounts, actors and their pages; call this after the gate is installed."""
    init_security(app)
    init_entrance(app)
    app.view_functions["security.confirm_email"] = account.confirm_address
    app.register_blueprint(account.blueprint)
