"""How people call what organisations are."""

from collections.abc import Mapping
from typing import Any

from eak_core.api import _l

KIND_TITLES: Mapping[str, Any] = {
    "association": _l("Association"),
    "company": _l("Company"),
    "school": _l("School or university"),
    "public_body": _l("Public body"),
    "collective": _l("Collective of inhabitants"),
}
ROLE_TITLES: Mapping[str, Any] = {"referent": _l("Referent"), "member": _l("Member")}
