"""Plugins that fail on purpose, and which of them are on."""

from typing import Any

from flask import Flask

from eak_core.db import read_session
from eak_core.plugins.per_service.activation import active_plugins
from tests.core.plugins.making import make
from tests.core.plugins.site import service_at


def fail(*_: Any) -> Any:
    raise ZeroDivisionError("on purpose")


def failing(hook: str, name: str = "bad") -> Any:
    """A plugin whose ``hook`` raises."""
    specified = {
        "slot_service_home": lambda service: fail(),
        "nav_items": lambda service: fail(),
        "can_change_stage": lambda idea: fail(),
    }
    return make(name, **{hook: specified[hook]})


def active(app: Flask, slug: str = "culture") -> frozenset[str]:
    with app.app_context(), read_session(app) as session:
        return active_plugins(session, service_at(session, slug).id)
