"""The event types this process knows, and how older versions become the current one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from eak_core.events.types import EventError, EventType, Owner, Upcaster


class UnknownVersion(EventError):
    """The log holds a version that this code does not know yet: it is older than the writer."""


class EventRegistry:
    """All event types of the core and of the plugins that are loaded, for one application."""

    def __init__(self, owners: Iterable[Owner]) -> None:
        self.types: dict[str, EventType] = {}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}
        #: For each name and version that needs no upcasting, what decodes its payload.
        self.decoders: dict[tuple[str, int], Callable[[str], Any]] = {}
        for owner in owners:
            for declared in owner.events:
                if declared.name in self.types:
                    raise EventError(f"{declared.name} is declared twice")
                self.types[declared.name] = declared
                decoder = msgspec.json.Decoder(declared.cls)
                self.decoders[declared.name, declared.version] = decoder.decode
            self._upcasters.update(owner.upcasters)
        self._check_chains()

    def _check_chains(self) -> None:
        for declared in self.types.values():
            for version in range(1, declared.version):
                if (declared.name, version) not in self._upcasters:
                    raise EventError(f"{declared.name}: no upcaster from version {version}")

    def decode(self, name: str, version: int, data: str) -> Any:
        """The payload as the current class, upcast where it was written by older code.

        Of a type nobody declares, the plain JSON object. `UnknownVersion` for a newer version;
        `EventError` where the payload does not fit, or its upcaster raises.
        """
        declared = self.types.get(name)
        try:
            if declared is None:
                return msgspec.json.decode(data)
            if version == declared.version:
                return self.decoders[name, version](data)
            if version > declared.version:
                raise UnknownVersion(f"{name} version {version} is newer than this code")
            return self._upcast(declared, version, msgspec.json.decode(data))
        except msgspec.MsgspecError as error:
            raise EventError(f"{name} version {version}: {error}") from error

    def _upcast(self, declared: EventType, version: int, fields: dict[str, Any]) -> Any:
        for step in range(version, declared.version):
            try:
                fields = self._upcasters[declared.name, step](fields)
            except Exception as error:
                raise EventError(
                    f"its upcaster from version {step} raises {type(error).__name__}: {error}"
                ) from error
        return msgspec.convert(fields, declared.cls)

    def is_quiet(self, name: str) -> bool:
        """Whether events of this type leave the validator of visitors' pages as it is."""
        declared = self.types.get(name)
        return declared is not None and declared.quiet

    def catalogue(self) -> list[EventType]:
        """Every type, by name."""
        return [self.types[name] for name in sorted(self.types)]


def schema(declared: EventType) -> Mapping[str, Any]:
    """The JSON Schema of a type's payload."""
    return msgspec.json.schema(declared.cls)
