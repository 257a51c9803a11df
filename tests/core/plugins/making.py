"""Plugins made on the spot, for tests that need one with a single trait."""

import itertools
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.plugins.loading.candidates import from_modules
from eak_core.plugins.loading.host import PluginHost
from eak_core.plugins.loading.manifest import Plugin

_numbers = itertools.count()


def make(name: str = "sample", /, **traits: Any) -> ModuleType:
    """A module with a manifest; functions among ``traits`` become hook implementations."""
    hooks = {
        key: traits.pop(key)
        for key in list(traits)
        if callable(traits[key]) and not _is_form(traits[key])
    }
    plugin = Plugin(
        name, traits.pop("title", name.capitalize()), traits.pop("core", ">=0.1,<1"), **traits
    )
    return module_of(plugin, **hooks)


def _is_form(value: Any) -> bool:
    return isinstance(value, type)


def module_of(plugin: Any, **hooks: Callable[..., Any]) -> ModuleType:
    module = ModuleType(f"made_{next(_numbers)}_{getattr(plugin, 'name', 'none')}")
    module.plugin = plugin  # type: ignore[attr-defined]
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    sys.modules[module.__name__] = module
    return module


def host_of(*modules: ModuleType | str) -> PluginHost:
    return PluginHost(from_modules(modules))
