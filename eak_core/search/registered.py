"""What can be searched for: kinds of documents, as the core and plugins declare them."""

from collections.abc import Sequence

from eak_core.events import Event, subscriber
from eak_core.events.subscribers import Context
from eak_core.events.types import CORE, CoreOwner, Recorded
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.loading.manifest import ManifestError, Plugin
from eak_core.search.index import keep
from eak_core.search.kinds import SearchKind


def searched(owner: Plugin | CoreOwner, kind: SearchKind, *events: type[Event] | str) -> SearchKind:
    """Let documents of ``kind`` be found. Stands in ``subscribers.py``.

    ``events`` are those after which a document may read otherwise, or is there no more; their
    subject is the document. A handler of ``owner`` reads it again then. `ManifestError` where the
    name of a plugin's kind does not begin with the plugin's.
    """

    if owner is not CORE and not kind.name.startswith(f"{owner.name}."):
        raise ManifestError(f"{owner.name}: documents of a plugin are called `{owner.name}.…`")

    @subscriber(owner, *events, batch=True)
    def keep_index(happened: Sequence[Recorded], ctx: Context) -> None:
        ids = {kind.subject_id(each.subject) for each in happened} - {None}
        keep(ctx.session, owner.name, kind, ctx.service_id, sorted(i for i in ids if i is not None))

    owner.searched.append(kind)
    return kind


def kinds(active: frozenset[str]) -> list[SearchKind]:
    """What can be searched for where the plugins ``active`` are on, the core's first."""
    ready = get_host().ready
    owners: list[Plugin | CoreOwner] = [CORE]
    owners += (plugin for name, plugin in ready.items() if name in active)
    return [kind for owner in owners for kind in owner.searched]
