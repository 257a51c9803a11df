"""The permissions that one application knows: those of the core and of its plugins."""

from collections.abc import Iterator

from flask import Flask, current_app, has_app_context

from eak_core.permissions.rules import CORE_RULES, Role, Rule

EXTENSION = "eak_permissions"


class UnknownPermission(LookupError):
    """A permission that nobody declared: a mistake in the code that asks."""


class PermissionRegistry:
    """What may be asked of `eak_core.permissions.may` in one application.

    Filled while the application starts, and not changed afterwards.
    """

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = dict(CORE_RULES)

    def init_app(self, app: Flask) -> None:
        """Answer for ``app`` from now on."""
        app.extensions[EXTENSION] = self

    def register(self, name: str, role: Role) -> None:
        """Declare a plugin's permission ``name`` for those who hold ``role`` in the service.

        `ValueError` where the name is taken or the role does not exist.
        """
        if name in self._rules:
            raise ValueError(f"the permission {name!r} is declared twice")
        self._rules[name] = Rule(role)

    def rule(self, name: str) -> Rule:
        """What ``name`` asks for. `UnknownPermission` where nobody declared it."""
        try:
            return self._rules[name]
        except KeyError:
            raise UnknownPermission(f"nobody declares the permission {name!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)


def register_permission(app: Flask, name: str, role: Role) -> None:
    """Declare a plugin's permission for ``app``; see `PermissionRegistry.register`."""
    registry: PermissionRegistry = app.extensions[EXTENSION]
    registry.register(name, role)


def current_registry() -> PermissionRegistry:
    """The registry of the running application; the core's permissions where none is running."""
    if has_app_context():
        registry: PermissionRegistry = current_app.extensions[EXTENSION]
        return registry
    return PermissionRegistry()
