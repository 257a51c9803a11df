"""Who acts, and the one answer to "may this person do this here?"."""

from eak_core.permissions.actor import Actor
from eak_core.permissions.checks import Related, Shared, SignInRequired, may, require
from eak_core.permissions.registry import (
    PermissionRegistry,
    UnknownPermission,
    current_registry,
)
from eak_core.permissions.rules import CORE_RULES, ROLES, Role, Rule

__all__ = [
    "CORE_RULES",
    "ROLES",
    "Actor",
    "PermissionRegistry",
    "Related",
    "Role",
    "Rule",
    "Shared",
    "SignInRequired",
    "UnknownPermission",
    "current_registry",
    "may",
    "require",
]
