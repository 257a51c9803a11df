"""What carries a plugin's messages out of the house, other than mail."""

import re
from collections.abc import Callable

from eak_core.letters.message import Transport
from eak_core.plugins.loading.manifest import ManifestError, Plugin

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


def transport(owner: Plugin, name: str) -> Callable[[Transport], Transport]:
    """Let a function carry what the plugin queues as ``<plugin>.<name>``: a call to another site, a
    text message. Stands in a module that ``plugin.py`` imports::

        @transport(plugin, "hook")
        def call(message: Claimed) -> None:
            answer = post(message.payload["url"], message.key)

        ctx.send("jury.hook", {"url": …})

    It is called by a worker after the commit, once for each message, and again with growing pauses
    where it raises: ``message.key`` is the same each time, so that the other side can tell. It
    raises `Undeliverable` where trying again is useless, and `Unreachable` where all others wait
    too. It has a time limit of its own. `ManifestError` for a name of another shape, or twice.
    """
    kind = f"{owner.name}.{name}"
    if not _NAME.fullmatch(name):
        raise ManifestError(f"{owner.name}: transport {name!r}: use a-z, 0-9 and _")
    if kind in owner.transports:
        raise ManifestError(f"{owner.name}: two functions carry {kind!r}")

    def register(function: Transport) -> Transport:
        owner.transports[kind] = function
        return function

    return register
