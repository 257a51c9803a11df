"""From what is installed to what can run: nothing here ends the site.

Whatever goes wrong with a plugin is its state and a reason on the page of plugins.
"""

import logging
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pluggy

from eak_core.events import EventError
from eak_core.i18n import _l
from eak_core.plugins.loading import checks
from eak_core.plugins.loading.candidates import Candidate
from eak_core.plugins.loading.installed import Installed, State
from eak_core.plugins.loading.manifest import ManifestError, Plugin

logger = logging.getLogger("eak.plugins")


def discover(
    candidates: Iterable[Candidate], manager: pluggy.PluginManager
) -> dict[str, Installed]:
    """Load every candidate and register its hooks with ``manager``.

    In the order in which plugins are called: what one requires before it, otherwise by name. It
    is the same in every process, whatever the order of ``candidates``.
    """
    found: dict[str, Installed] = {}
    for name, offers in sorted(_by_name(candidates).items()):
        found[name] = _load(offers[0]) if len(offers) == 1 else _ambiguous(name, offers)
    return {name: _admit(each, found, manager) for name, each in _in_order(found).items()}


def _by_name(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    offers: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        offers.setdefault(candidate.name, []).append(candidate)
    return offers


def _ambiguous(name: str, offers: list[Candidate]) -> Installed:
    origins = ", ".join(sorted(each.origin for each in offers))
    reason = _l("Several packages offer it: %(origins)s. Uninstall all but one.", origins=origins)
    return Installed(name, State.INVALID, reason)


def _load(candidate: Candidate) -> Installed:
    """Import the candidate and check what it says by itself."""
    found = Installed(
        candidate.name, version=candidate.version, distribution=candidate.distribution
    )
    try:
        found = replace(found, module=candidate.load())
        plugin = checks.check_manifest(found)
        found = replace(found, plugin=plugin, version=plugin.version or candidate.version)
        checks.check_version(plugin)
        checks.check_tables(found)
        checks.check_templates(found)
        checks.check_events(plugin)
    except checks.Incompatible as error:
        return _refused(found, State.INCOMPATIBLE, error.args[0])
    except (ManifestError, EventError) as error:
        return _refused(found, State.INVALID, error.args[0], error)
    except (Exception, SystemExit) as error:
        logger.warning("plugin %s could not be imported", candidate.name, exc_info=True)
        return _refused(found, State.FAILED, _failure(error), error)
    return found


def _admit(
    found: Installed, all_found: Mapping[str, Installed], manager: pluggy.PluginManager
) -> Installed:
    """Check the plugin against those before it, and register its hooks."""
    plugin = found.loaded
    if plugin is None:
        return found
    before: dict[str, Plugin] = {
        name: other.plugin
        for name, other in all_found.items()
        if other.plugin is not None and manager.has_plugin(name)
    }
    try:
        checks.check_neighbours(plugin, before)
        checks.register_hooks(manager, found)
    except ManifestError as error:
        return _refused(found, State.INVALID, error.args[0], error)
    except Exception as error:
        logger.warning("plugin %s could not be checked", found.name, exc_info=True)
        return _refused(found, State.FAILED, _failure(error), error)
    return found


def _failure(error: BaseException) -> Any:
    return _l("It could not be loaded: %(error)s", error=f"{type(error).__name__}: {error}")


def _refused(
    found: Installed, state: State, reason: Any, error: BaseException | None = None
) -> Installed:
    logger.warning("plugin %s is %s: %s", found.name, state, reason)
    trace = "".join(traceback.format_exception(error)) if error else ""
    return replace(found, state=state, reason=reason, traceback=trace)


def _in_order(found: Mapping[str, Installed]) -> dict[str, Installed]:
    """What a plugin requires first, then by name; plugins in a circle come last, by name."""
    waiting = dict(sorted(found.items()))
    ordered: dict[str, Installed] = {}
    while waiting:
        free = next(
            (
                name
                for name, each in waiting.items()
                if each.plugin is None or not any(need in waiting for need in each.plugin.requires)
            ),
            None,
        )
        name = free or next(iter(waiting))
        ordered[name] = waiting.pop(name)
    return ordered


def settle(found: Mapping[str, Installed], pending: Mapping[str, Any]) -> dict[str, Installed]:
    """The states in the end: with the migrations that are ``pending`` (plugin → reason), and with
    what each requires ready before it."""
    settled: dict[str, Installed] = {}
    for name, each in found.items():
        if each.loaded is not None:
            each = replace(each, state=State.READY, reason="")  # noqa: PLW2901
            missing = _missing(each, found, settled)
            if name in pending:
                each = replace(each, state=State.PENDING, reason=pending[name])  # noqa: PLW2901
            elif missing is not None:
                each = replace(each, state=State.MISSING, reason=missing)  # noqa: PLW2901
        settled[name] = each
    return settled


def _missing(
    each: Installed, found: Mapping[str, Installed], settled: Mapping[str, Installed]
) -> Any | None:
    assert each.plugin is not None
    for need in each.plugin.requires:
        if need not in found:
            return _l("It needs “%(need)s”, which is not installed.", need=need)
        if need not in settled:
            return _l("It and “%(need)s” need each other; neither can be first.", need=need)
        if settled[need].state is not State.READY:
            return _l(
                "It needs “%(need)s”, which is not ready: %(reason)s",
                need=need,
                reason=settled[need].reason,
            )
    return None
