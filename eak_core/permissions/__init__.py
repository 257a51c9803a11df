"""Who acts, and the one answer to "may this person do this here?"."""

from eak_core.permissions.actor import ABUSES, Abuse, Actor, StandIn, Suspension
from eak_core.permissions.checks import (
    DeputyOver,
    Related,
    Shared,
    SignInRequired,
    Suspended,
    may,
    require,
    why,
)
from eak_core.permissions.registry import (
    PermissionRegistry,
    UnknownPermission,
    current_registry,
)
from eak_core.permissions.rules import CORE_RULES, ROLES, Role, Rule

__all__ = [
    "ABUSES",
    "CORE_RULES",
    "ROLES",
    "Abuse",
    "Actor",
    "DeputyOver",
    "PermissionRegistry",
    "Related",
    "Role",
    "Rule",
    "Shared",
    "SignInRequired",
    "StandIn",
    "Suspended",
    "Suspension",
    "UnknownPermission",
    "current_registry",
    "may",
    "require",
    "why",
]
