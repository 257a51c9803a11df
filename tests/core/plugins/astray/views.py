"""Not the place for a hook."""

from typing import Any

from eak_core.plugins.hooks.hookspecs import hookimpl


@hookimpl
def nav_items(service: Any) -> list[Any]:
    return []
