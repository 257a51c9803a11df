"""How an experiment can be done again by others: the kit, as a document."""

from collections.abc import Mapping

import msgspec

#: The licences under which a file of a kit can stand, by their SPDX identifiers (etalab-2.0 is the
#: Licence Ouverte), each with its name and the address of its text.
LICENCES: Mapping[str, tuple[str, str]] = {
    "etalab-2.0": (
        "Licence Ouverte 2.0",
        "https://www.etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-Licence-Ouverte-v2.0.pdf",
    ),
    "CC-BY-4.0": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/deed.fr"),
    "CC-BY-SA-4.0": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/deed.fr"),
    "CC0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/deed.fr"),
}


class KitFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of a kit: its name, the address where it is, its licence (a SPDX identifier) and its
    size in bytes."""

    name: str
    url: str
    licence: str
    size: int = 0


class Kit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What whoever does it again needs. ``core`` must be kept, ``adaptable`` may change;
    ``contact`` is a service, and no person; ``licence`` is that of these texts. ``files`` are told
    in a file for other sites, and kept of one that came from elsewhere."""

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
    files: tuple[KitFile, ...] = ()


#: What a kit is complete with: all that is written.
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


def said(kit: Kit) -> dict[str, str]:
    """What is written in it, by the fields of `NEEDED`."""
    return {name: getattr(kit, name) for name in NEEDED}


def lacks(kit: Kit) -> list[str]:
    """The fields that are empty."""
    return [name for name in NEEDED if not getattr(kit, name)]
