"""What a plugin says about itself: one `Plugin`, declared once, in its ``plugin.py``.

Everything is checked when it is declared, so a mistake is a sentence on the page of plugins and
not a surprise in front of a reader.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from flask import Blueprint
from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from wtforms import Form

from eak_core.events import EventType, Subscriber
from eak_core.events.types import Upcaster, Work
from eak_core.letters.message import Transport
from eak_core.permissions import ROLES
from eak_core.visible import says_something

NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
SEGMENT = re.compile(r"[a-z][a-z0-9-]{1,39}")

#: First words of the core's tables and names of its blueprints and parts. Tables, endpoints,
#: events and permissions of a plugin begin with its name, so it must not begin like the core's.
RESERVED_NAMES = frozenset(
    """
    account accounts admin alembic api charter cli commune compte contact content copy core
    criterion db demo deputy eak ended event events feeds file files health i18n idea ideas
    journal key keys log macros mail main manage moderation notice notices outbox page pages
    parked passkey people permission permissions person plugin plugins portal recovery reuse role
    scheduled search security service services signing site spent stage static stored subject
    subscription test testing theme themes transport web
    """.split()
)

#: Endings that the host gives to the names of a plugin's further blueprints.
RESERVED_ENDINGS = ("_admin", "_api", "_manage")

#: Path segments inside a service, the administration and the API that are the core's own. What
#: else the core answers to is compared when the plugin is mounted.
RESERVED_SEGMENTS = frozenset(
    {
        "admin", "api", "charte", "compte", "donnees", "fichiers", "gestion", "idees", "moderation",
        "recherche", "signalements", "signaler", "static", "suivre",
    }
)  # fmt: skip

CORE_STAGES = frozenset(
    {
        "draft", "submitted", "screening", "accepted", "rejected", "withdrawn",
        "merged", "adopted", "under_way", "done", "stopped",
    }
)  # fmt: skip


class ManifestError(ValueError):
    """A plugin says something about itself that cannot be; the sentence says what to change."""


def check_name(name: str) -> None:
    """`ManifestError` where ``name`` cannot be a plugin's, for its shape or because it begins like
    something of the core."""
    if not NAME.fullmatch(name):
        raise ManifestError(
            f"name {name!r}: use a-z, 0-9 and _, beginning with a letter, 2 to 31 characters"
        )
    if name.split("_")[0] in RESERVED_NAMES or name.endswith(RESERVED_ENDINGS):
        raise ManifestError(f"name {name!r} belongs to the core; choose another")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that ideas can stand in while the plugin is on.

    It is woven in behind the stage called ``after`` (of the core, or of a plugin that may be
    missing: then behind what comes before it). ``outcomes`` are the ends it can lead to, beside
    going on to the next stage, and ``leads_to`` names stages that are there already: ends of the
    core (``("stopped",)``), or one of the plugin's that ideas come back to. Where it is ``direct``
    an idea comes to it from any stage between the acceptance and it, past those of other plugins,
    as far as guards allow. ``name`` is stored with the idea and never translated; ``title`` is what
    people read. `ManifestError` for a name of another shape, or of the core's.
    """

    name: str
    title: Any
    after: str = "accepted"
    outcomes: "tuple[Stage, ...]" = ()
    leads_to: tuple[str, ...] = ()
    direct: bool = False

    def __post_init__(self) -> None:
        for word in (self.name, self.after, *self.leads_to):
            if not NAME.fullmatch(word):
                raise ManifestError(f"stage {word!r}: use a-z, 0-9 and _, beginning with a letter")
        if self.name in CORE_STAGES:
            raise ManifestError(f"stage {self.name!r} is one of the core's; choose another name")


@dataclass(eq=False)
class Plugin:
    """The manifest of a plugin, and the place where its decorators leave what they declare.

    ``name``: a-z, 0-9 and _, 2 to 31 characters; it prefixes the plugin's tables, events,
    permissions, endpoints and template folder. ``title`` and ``summary`` are for people, in
    English, marked for translation. ``core`` is the range of core versions it runs with (PEP 440,
    ``>=0.1,<1``). ``version`` is taken from the installed distribution when left empty.
    ``requires`` names plugins that must be on wherever this one is. ``segment`` is its part of
    the address (``/<service>/<segment>/``), by default the name with - for _. ``permissions`` says
    who may do what by default: ``{"voting.vote": "citizen"}``; several are any of them, at most one
    a role: ``{"jury.meet": ("manager", "jury.juror")}``. Whom moderators suspend has none of them
    but those named in ``when_suspended``, such as to vote. ``rights`` says in words what those
    allow that not everybody has: ``{"jury.meet": _l("Meet as a jury")}``. ``relations`` are
    what people are to things of the plugin, beside their roles, each with its name:
    ``{"jury.juror": _l("Juror")}``; `may` asks the thing itself (`Related`). ``keys`` says what it
    signs, for the public page of keys, by purpose: ``{"log": _l("Public log of the votes")}``.
    ``stages`` are woven into the life of ideas. ``settings`` is a form class whose fields are the
    settings of each service. ``idea_columns`` is a struct whose fields are the columns that the
    hook of this name adds to the open data of ideas, each said by `column`.

    `ManifestError` where any of it cannot be.
    """

    name: str
    title: Any
    core: str
    version: str = ""
    requires: Sequence[str] = ()
    segment: str = ""
    summary: Any = ""
    permissions: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    when_suspended: Sequence[str] = ()
    rights: Mapping[str, Any] = field(default_factory=dict)
    relations: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, Any] = field(default_factory=dict)
    stages: Sequence[Stage] = ()
    settings: type[Form] | None = None
    idea_columns: type[Struct] | None = None
    events: list[EventType] = field(default_factory=list, init=False, repr=False)
    subscribers: list[Subscriber] = field(default_factory=list, init=False, repr=False)
    upcasters: dict[tuple[str, int], Upcaster] = field(default_factory=dict, init=False, repr=False)
    searched: list[Any] = field(default_factory=list, init=False, repr=False)
    scheduled: dict[str, Work] = field(default_factory=dict, init=False, repr=False)
    transports: dict[str, Transport] = field(default_factory=dict, init=False, repr=False)
    blueprints: dict[str, Blueprint] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        self.segment = self.segment or self.name.replace("_", "-")
        if not SEGMENT.fullmatch(self.segment) or self.segment in RESERVED_SEGMENTS:
            raise ManifestError(
                f"{self.name}: segment {self.segment!r} is reserved or has other characters"
                " than a-z, 0-9 and -"
            )
        if isinstance(self.title, str) and not says_something(self.title):
            raise ManifestError(f"{self.name}: the title is what people see, and it is empty")
        try:
            self.supported = SpecifierSet(self.core)
        except InvalidSpecifier:
            raise ManifestError(
                f"{self.name}: core={self.core!r} is not a range of versions such as '>=0.1,<1'"
            ) from None
        if not self.core:
            raise ManifestError(f"{self.name}: say which versions of the core it runs with")
        self._check_requires()
        self._check_permissions()
        self._check_stages()

    def _check_requires(self) -> None:
        if isinstance(self.requires, str):
            raise ManifestError(f"{self.name}: requires is a list of names, ({self.requires!r},)")
        self.requires = tuple(dict.fromkeys(self.requires))
        if self.name in self.requires:
            raise ManifestError(f"{self.name}: a plugin does not require itself")

    def _check_permissions(self) -> None:
        for name in (*self.permissions, *self.relations):
            if not name.startswith(f"{self.name}."):
                raise ManifestError(
                    f"{self.name}: permission {name!r} must begin with '{self.name}.'"
                )
        for permission in self.permissions:
            grantees = self.grantees(permission)
            for grantee in grantees:
                if grantee not in ROLES and grantee not in self.relations:
                    raise ManifestError(
                        f"{self.name}: {permission!r} is given to {grantee!r};"
                        f" it must be one of {', '.join((*ROLES, *self.relations))}"
                    )
            if len([each for each in grantees if each in ROLES]) > 1:
                raise ManifestError(
                    f"{self.name}: {permission!r} is given to two roles: name the lesser one"
                )

        for said in ("when_suspended", "rights"):
            if unknown := {*getattr(self, said)} - self.permissions.keys():
                raise ManifestError(
                    f"{self.name}: {said} names {min(unknown)!r}, which is no permission of it"
                )

    def _check_stages(self) -> None:
        self.stages = tuple(self.stages)
        names = self.stage_names
        if len(set(names)) != len(names):
            raise ManifestError(f"{self.name}: two stages have the same name")

    def grantees(self, permission: str) -> tuple[str, ...]:
        """The role and the relations that ``permission`` is given to."""
        given = self.permissions[permission]
        return (given,) if isinstance(given, str) else tuple(given)

    @property
    def reacts(self) -> bool:
        """Whether a worker has anything to do for it: events to handle, or work that is due."""
        return bool(self.subscribers or self.scheduled)

    @property
    def stage_names(self) -> tuple[str, ...]:
        """Every stage and outcome it brings, by name."""
        names = ((stage.name, *(end.name for end in stage.outcomes)) for stage in self.stages)
        return tuple(chain.from_iterable(names))

    def owns_table(self, table: str) -> bool:
        """Whether a table's name carries this plugin's prefix."""
        return table.startswith(f"{self.name}_")
