"""What the core tells.

Its own events, to subscribe to.
"""

from eak_core.files.events import FileAdded, FileDescribed, FileRemoved
from eak_core.ideas.events import (
    IdeaEdited,
    IdeaMerged,
    IdeaReceived,
    IdeaStageChanged,
    IdeaSubmitted,
    IdeaTransferred,
    IdeaWithdrawn,
)
from eak_core.moderation.events import ContentHidden, ContentRestored
from eak_core.people.events import PersonErased, PersonJoined, RoleGranted, RoleRevoked
from eak_core.plugins.per_service.events import PluginConfigured, PluginDisabled, PluginEnabled
from eak_core.services.events import ServiceChanged, ServiceCreated

__all__ = [
    "ContentHidden",
    "ContentRestored",
    "FileAdded",
    "FileDescribed",
    "FileRemoved",
    "IdeaEdited",
    "IdeaMerged",
    "IdeaReceived",
    "IdeaStageChanged",
    "IdeaSubmitted",
    "IdeaTransferred",
    "IdeaWithdrawn",
    "PersonErased",
    "PersonJoined",
    "PluginConfigured",
    "PluginDisabled",
    "PluginEnabled",
    "RoleGranted",
    "RoleRevoked",
    "ServiceChanged",
    "ServiceCreated",
]
