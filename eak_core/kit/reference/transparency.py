"""The logs that anybody can check, module by module."""

import inspect
from types import ModuleType

from eak_core import transparency as public
from eak_core.kit.reference.described import entry_of
from eak_core.kit.reference.entries import Part, Section, markdown
from eak_core.transparency import checkpoint, jwk, merkle


def transparency() -> Part:
    """The reference of `eak_core.transparency`."""
    sections = [_section(module) for module in (merkle, checkpoint, jwk)]
    said = markdown(inspect.getdoc(public) or "")
    return Part("transparency", "Logs that anybody can check", said, sections)


def _section(module: ModuleType) -> Section:
    names = [name for name, each in vars(module).items() if _is_public(name, each, module)]
    return Section(
        module.__name__,
        [entry_of(name, getattr(module, name), module, name) for name in names],
        markdown(inspect.getdoc(module) or ""),
    )


def _is_public(name: str, value: object, module: ModuleType) -> bool:
    defined = getattr(value, "__module__", None) == module.__name__
    return not name.startswith("_") and defined and callable(value)
