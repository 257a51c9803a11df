"""Which fields of a protocol each step of the form asks for, and which texts are one line."""

from typing import Any

from eak_experiments.protocol.document import LISTS, Item, Protocol

#: The fields of the steps that are no list.
FIELDS: dict[str, tuple[str, ...]] = {
    "idea": ("title", "challenge", "subjects"),
    "theory": ("inputs", "activities", "outputs", "outcomes", "assumptions"),
    "perimeter": ("communes", "sites", "public", "beneficiaries", "beneficiaries_number"),
    "dates": ("starts_on", "ends_on"),
    "method": ("design", "comparison_group", "sample", "least_sample", "sampling"),
    "budget": ("budget", "funding", "in_kind"),
    "data": ("legal_basis", "impact_assessment", "register", "ethics"),
}

#: Texts of one line.
LINES = frozenset(
    {"title", "metric", "unit", "owner", "frequency", "name", "agreement", "baseline_source"}
)


def said(protocol: Protocol, step: str) -> dict[str, Any]:
    """What ``protocol`` says in the fields of ``step``."""
    return {name: getattr(protocol, name) for name in FIELDS[step]}


def said_of(protocol: Protocol, step: str, key: str) -> dict[str, Any] | None:
    """What it says of the item ``key`` of the list ``step``; None where there is none."""
    for each in getattr(protocol, step):
        if each.key == key:
            return fields_of(each)
    return None


def fields_of(item: Item) -> dict[str, Any]:
    """The fields of an item, without its key."""
    names = (name for name in type(item).__struct_fields__ if name != "key")
    return {name: getattr(item, name) for name in names}


def is_list(step: str) -> bool:
    """Whether a step is a list of items."""
    return step in LISTS
