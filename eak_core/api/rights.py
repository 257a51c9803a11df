"""Who may do what.

Asked first in each function that changes something.
"""

from eak_core.permissions import Actor, Related, Shared, SignInRequired, may, require
from eak_core.plugins.hooks.contributions import Held

__all__ = [
    "Actor",
    "Held",
    "Related",
    "Shared",
    "SignInRequired",
    "may",
    "require",
]
