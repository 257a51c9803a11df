"""The permissions that one application knows: those of the core and of its plugins."""

from collections.abc import Iterator
from typing import cast

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

    def register(self, name: str, *grantees: str, when_suspended: bool = False) -> None:
        """Declare a plugin's permission ``name`` for those who hold one of ``grantees``: a role in
        the service, or a relation to the subject (a name with a point). Whom moderators suspend
        for what they wrote has it no more, unless everybody has it, or ``when_suspended``.

        `ValueError` where the name is taken, a role does not exist, or there are two.
        """
        if name in self._rules:
            raise ValueError(f"the permission {name!r} is declared twice")
        relations = tuple(each for each in grantees if "." in each)
        roles = [each for each in grantees if each not in relations]
        if len(roles) > 1:
            raise ValueError(f"{name!r} is given to two roles: name the lesser one")
        role = cast("Role | None", roles[0] if roles else None)
        open_to_all = role == "visitor" or when_suspended
        self._rules[name] = Rule(
            role, relations=relations, abuse=None if open_to_all else "content"
        )

    def rule(self, name: str) -> Rule:
        """What ``name`` asks for. `UnknownPermission` where nobody declared it."""
        try:
            return self._rules[name]
        except KeyError:
            raise UnknownPermission(f"nobody declares the permission {name!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)


def register_permission(
    app: Flask, name: str, *grantees: str, when_suspended: bool = False
) -> None:
    """Declare a plugin's permission for ``app``; see `PermissionRegistry.register`."""
    registry: PermissionRegistry = app.extensions[EXTENSION]
    registry.register(name, *grantees, when_suspended=when_suspended)


def current_registry() -> PermissionRegistry:
    """The registry of the running application; the core's permissions where none is running."""
    if has_app_context():
        registry: PermissionRegistry = current_app.extensions[EXTENSION]
        return registry
    return PermissionRegistry()
