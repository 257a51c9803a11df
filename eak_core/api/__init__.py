"""What plugins may use of the core: the only module they import from it.

What stands here keeps its name and meaning between two minor versions. A plugin is a package with
an entry point in the group ``eak.plugins`` that names its ``plugin.py``. There it says who it is,
and answers the hooks it cares about::

    plugin = Plugin(name="voting", title=_l("Votes"), core=">=0.1,<1",
                    permissions={"voting.vote": "citizen"})

    @hookimpl
    def nav_items(service, actor):
        return [NavItem(_l("Votes"), "voting.index")]

What happens is an `Event`, declared with `event` and recorded with `publish` in the transaction of
the change. What follows from it is a `subscriber`: it runs in a worker, exactly once for each
event, and for everything that happened before when the plugin is switched on late::

    @event(plugin, "voting.vote_cast", version=1, subject="idea:{idea_id}")
    class VoteCast(Event):
        '''Somebody voted on an idea.'''

        idea_id: int

    @subscriber(plugin, VoteCast)
    def tally(vote, ctx):
        count(ctx, "votes")

Pages are views of a `PluginBlueprint`, forms are subclasses of `Form` and answered by `attempt`,
tables subclasses of `Model` whose names begin with the plugin's. Functions that change something
take a session and an `Actor`, ask `require` first, and refuse with one of the errors below, whose
sentence is shown. Whatever is visible on a page changes together with an event, because pages are
kept by readers' browsers until the log of their service moves. Nothing leaves for the outside but
through ``ctx.send``, after the commit and never during a replay.

An argument that many functions take means the same in all of them:

- ``session``: the `Session` of the transaction at hand, from `current_session` in views and
  commands, from ``ctx.session`` in handlers;
- ``actor``: who acts, an `Actor`; in a request, ``g.actor``;
- ``service``: a `Service`, or something with its ``id``; in a request, ``g.service``;
- ``service_id``: its id, or `SITE`;
- ``active``: the names of the plugins that are on there; in a request, ``g.active``;
- ``plugin``: the name of a plugin;
- ``owner``: a `Plugin`;
- ``idea``: an `Idea`;
- ``person_id``: the id of a person, as in ``actor.person_id``;
- ``model``: a class of a table, below `Model`;
- ``app``: Flask's application, ``current_app``.
"""

from typing import TYPE_CHECKING, Any

from eak_core.api import (
    core_events,
    demonstration,
    files,
    forms,
    happenings,
    ideas,
    keys,
    links,
    moderation,
    notices,
    pages,
    people,
    plugin,
    refusals,
    rights,
    search,
    sources,
    tables,
    words,
)
from eak_core.api.core_events import *
from eak_core.api.files import *
from eak_core.api.forms import *
from eak_core.api.happenings import *
from eak_core.api.ideas import *
from eak_core.api.keys import *
from eak_core.api.links import *
from eak_core.api.moderation import *
from eak_core.api.notices import *
from eak_core.api.pages import *
from eak_core.api.people import *
from eak_core.api.plugin import *
from eak_core.api.refusals import *
from eak_core.api.rights import *
from eak_core.api.search import *
from eak_core.api.sources import *
from eak_core.api.tables import *
from eak_core.api.words import *

if TYPE_CHECKING:
    from eak_core.api.demonstration import Demo as Demo
else:

    def __getattr__(name: str) -> Any:
        if name in demonstration.__all__:
            return getattr(demonstration, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


#: The groups of what stands here, in the order of the reference.
GROUPS = (
    plugin, happenings, core_events, tables, rights, refusals, people, notices,
    ideas, moderation, files, search, pages, forms, links, keys,
    words, sources, demonstration,
)  # fmt: skip

__all__: list[str] = []
__all__ += plugin.__all__
__all__ += happenings.__all__
__all__ += core_events.__all__
__all__ += tables.__all__
__all__ += rights.__all__
__all__ += refusals.__all__
__all__ += people.__all__
__all__ += notices.__all__
__all__ += ideas.__all__
__all__ += moderation.__all__
__all__ += files.__all__
__all__ += search.__all__
__all__ += pages.__all__
__all__ += forms.__all__
__all__ += links.__all__
__all__ += keys.__all__
__all__ += words.__all__
__all__ += sources.__all__
__all__ += demonstration.__all__
