"""The catalogue of events: for people, and as an AsyncAPI document for programs."""

from collections.abc import Mapping
from typing import Any

import msgspec

from eak_core import __version__
from eak_core.events.registry import EventRegistry
from eak_core.events.types import EventType

#: Keys of the document come from here: https://www.asyncapi.com/docs/reference/specification/v3.0.0
ASYNCAPI_VERSION = "3.0.0"
_DEFINITIONS = "#/components/schemas/{name}"


def catalogue(registry: EventRegistry) -> list[dict[str, Any]]:
    """Every type with its version, owner, subject and fields, by name."""
    return [
        {
            "type": declared.name,
            "version": declared.version,
            "owner": declared.owner,
            "subject": declared.subject,
            "summary": _summary(declared),
            "schema": msgspec.json.schema(declared.cls),
        }
        for declared in registry.catalogue()
    ]


def asyncapi_document(registry: EventRegistry) -> Mapping[str, Any]:
    """The catalogue as an AsyncAPI 3.0 document: one channel, the log, with every message."""
    types = registry.catalogue()
    payloads, definitions = msgspec.json.schema_components(
        [declared.cls for declared in types], ref_template=_DEFINITIONS
    )
    messages = {
        declared.name: _message(declared, payload)
        for declared, payload in zip(types, payloads, strict=True)
    }
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {"title": "EAK", "version": __version__},
        "defaultContentType": "application/json",
        "channels": {
            "log": {
                "address": "event_log/{service_id}",
                "description": "The log of one service, in the order of its positions.",
                "parameters": {"service_id": {"description": "The service; 0 for the site."}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "record": {"action": "send", "channel": {"$ref": "#/channels/log"}},
        },
        "components": {"messages": messages, "schemas": definitions},
    }


def _message(declared: EventType, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "name": declared.name,
        "title": f"{declared.name} {declared.version}",
        "summary": _summary(declared),
        "description": declared.description,
        "tags": [{"name": declared.owner}],
        "payload": payload,
    }


def _summary(declared: EventType) -> str:
    return " ".join(declared.description.partition("\n\n")[0].split())
