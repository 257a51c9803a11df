"""What the room of duties brings to the application."""

from typing import Any

from flask import Flask, current_app

from eak_core.config import Config
from eak_core.duties import contact, pages, statistics  # noqa: F401  # what it registers
from eak_core.duties.accessibility import DECLARED, declared_state, load_audit


def init_duties(app: Flask, config: Config) -> None:
    """Give ``app`` the pages of law, the site plan and the page to write to whoever runs it.
    `Misconfigured` where the audit of accessibility that the operator keeps cannot be read."""
    app.extensions["eak_accessibility"] = load_audit(config.instance)
    app.jinja_env.globals.update(accessibility_declared=accessibility_declared)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(contact.blueprint)


def accessibility_declared() -> Any:
    """What the site declares of its accessibility, as the foot of each page has to say it."""
    return DECLARED[declared_state(current_app)]
