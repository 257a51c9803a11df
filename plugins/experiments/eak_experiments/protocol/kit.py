"""How an experiment can be done again by others: the kit, as a document."""

import msgspec


class Kit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What whoever does it again needs. ``core`` must be kept, ``adaptable`` may change;
    ``contact`` is a service, and no person; ``licence`` is that of the files."""

    context: str = ""
    prerequisites: str = ""
    core: str = ""
    adaptable: str = ""
    steps: str = ""
    roles: str = ""
    costs: str = ""
    indicators: str = ""
    pitfalls: str = ""
    contact: str = ""
    licence: str = ""


#: What a kit is complete with.
NEEDED = ("context", "prerequisites", "core", "adaptable", "steps", "roles", "costs", "indicators",
          "pitfalls", "contact", "licence")  # fmt: skip

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Kit)


def written(kit: Kit) -> str:
    """``kit`` as canonical JSON."""
    return _encoder.encode(kit).decode()


def read(text: str | None) -> Kit:
    """What `written` wrote; an empty kit where there is none."""
    return _decoder.decode(text) if text else Kit()


def lacks(kit: Kit) -> list[str]:
    """The fields that are empty."""
    return [name for name in NEEDED if not getattr(kit, name)]
