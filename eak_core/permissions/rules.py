"""The permissions of the core, each with the role it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from eak_core.permissions.actor import Abuse

Role = Literal["visitor", "citizen", "author", "agent", "manager", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one permission asks for.

    ``role``: the least role; a manager or an administrator counts as one of the service at hand,
    and ``author`` is whom the subject belongs to; None for nobody by their role alone.
    ``or_author``: the author may as well. ``relations``: so may whoever stands in one of these to
    the subject, such as the referent of an organisation (`eak_core.permissions.checks.Related`).
    ``on_site``: it concerns the site, not a service. ``when_archived``: an archived service, which
    is read-only, still allows it. ``abuse``: whoever is suspended for that has it no more.
    ``lasting``: what it does outlasts an absence, so a deputy of a manager has it not.
    """

    role: Role | None
    or_author: bool = False
    on_site: bool = False
    when_archived: bool = False
    relations: tuple[str, ...] = ()
    abuse: Abuse | None = None
    lasting: bool = False

    def __post_init__(self) -> None:
        if self.role is not None and self.role not in ROLES:
            raise ValueError(f"{self.role!r} is no role; the roles are {', '.join(ROLES)}")


CORE_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "service.read": Rule("visitor", when_archived=True),
        # Whoever reads an archived service may leave what they follow there.
        "service.follow": Rule("citizen", when_archived=True),
        "service.manage": Rule("manager"),
        "service.create": Rule("administrator", on_site=True),
        "service.archive": Rule("administrator", when_archived=True),
        "role.grant": Rule("manager", lasting=True),
        "role.revoke": Rule("manager", when_archived=True, lasting=True),
        "plugin.toggle": Rule("manager"),
        "idea.submit": Rule("citizen", abuse="content"),
        # Nobody rewrites another person's words, nor reads what they have not submitted yet.
        "idea.read_draft": Rule("author", when_archived=True, relations=("idea.coauthor",)),
        "idea.edit": Rule("author", abuse="content", relations=("idea.coauthor",)),
        "idea.share": Rule("author", abuse="content"),
        "idea.leave": Rule(None, when_archived=True, relations=("idea.coauthor",)),
        "idea.withdraw": Rule("author"),
        "idea.change_stage": Rule("manager"),
        # What breaks the law can be hidden wherever it stands, archived or not.
        "content.hide": Rule("manager", when_archived=True),
        "content.restore": Rule("manager", when_archived=True),
        # Of what breaks the law anybody may say so, with an account or without.
        "content.report": Rule("visitor", when_archived=True, abuse="reports"),
        "content.appeal": Rule("author", when_archived=True),
        "person.suspend": Rule("manager", when_archived=True),
        "site.administer": Rule("administrator", on_site=True),
        "person.export": Rule("administrator", or_author=True, on_site=True),
        "person.erase": Rule("administrator", or_author=True, on_site=True),
    }
)
