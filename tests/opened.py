"""What commands open within a test's process, kept from one command to the next.

A command opens an application and ends with its process; making one costs a tenth of a second,
which is most of what a command takes. So whoever asks for one with the same settings is given the
same one, as it was when it was made, and looks again which plugins are ready. The plugins that are
installed are loaded before, to know their commands, which takes a twentieth: they are asked once.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

from eak_core import app
from eak_core.config import Config
from eak_core.db import db
from eak_core.kit.testing.pool import Beginning
from eak_core.kit.testing.site import share_compiled
from eak_core.plugins.loading import candidates

#: How many wait, at most.
KEPT = 4


class Asked:
    """In the place of `eak_core.cli.contributed._asked`, which is ``ask``: what the plugins answer
    that are installed, asked once for as long as those are the same."""

    def __init__(self, ask: Callable[[str], Mapping[str, Any]]) -> None:
        self._ask = ask
        self._known: OrderedDict[Any, Mapping[str, Any]] = OrderedDict()

    def __call__(self, hook: str) -> Mapping[str, Any]:
        """What each plugin answers to ``hook``, by its name."""
        key = (hook, candidates.entry_points, candidates.from_entry_points, *sys.path)  # type: ignore[attr-defined]
        if key not in self._known:
            self._known[key] = self._ask(hook)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return self._known[key]


class Opened:
    """In the place of `eak_core.app.create_app`, which is ``make``."""

    def __init__(self, make: Callable[..., Flask]) -> None:
        self._make = make
        self._kept: OrderedDict[Any, tuple[Flask, Beginning]] = OrderedDict()
        self._used = False

    def __call__(self, config: Config, **choices: Any) -> Flask:
        """An application with these settings."""
        self._used = True
        key = (config, *choices.items(), candidates.entry_points, *sys.path)  # type: ignore[attr-defined]
        known = self._kept.pop(key, None)
        if known is not None and known[1].restore(known[0]):
            app.refresh_plugins(known[0])
        else:
            made = self._make(config, **choices)
            share_compiled(made)
            known = made, Beginning(made)
        self._kept[key] = known
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return known[0]

    def let_go(self) -> None:
        """Close all connections: what they lead to is put back, or removed."""
        if self._used:
            for each, _beginning in self._kept.values():
                with each.app_context():
                    db.engine.dispose()
        self._used = False
