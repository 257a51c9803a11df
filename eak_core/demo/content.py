"""What the demonstration tells, read from ``content.toml`` and ``year.toml``."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

#: The one password of the demonstration, which is shown to everybody.
PASSWORD = "jardin-des-essais-92"  # noqa: S105  # it protects nothing
AGENT_DOMAIN = "agents.demo.example"

Role = Literal["administrator", "manager", "agent", "citizen"]


class PersonStory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account. A manager runs the services whose slugs ``runs`` names, every one of the
    demonstration where it names none. ``follows`` are services by their slugs and ideas by their
    keys, beside what one follows by default."""

    key: str
    email: str
    name: str
    role: Role
    runs: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


class ServiceStory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service, and the plugins to switch on where they are installed."""

    slug: str
    name: str
    description: str
    audience: Literal["public", "internal"]
    plugins: tuple[str, ...] = ()
    theme: str | None = None
    answer_days: int | None = None


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of an idea, ``days`` before the demonstration is loaded: it comes to the stage
    ``to``, or is withdrawn by its author, or goes to the service that ``transfer`` names, or is
    offered to the one that ``offer`` names. ``by`` is the manager who decides."""

    days: int
    reason: str
    to: str = ""
    withdraw: bool = False
    transfer: str = ""
    offer: str = ""
    by: str = "gestion"


class FileStory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of an idea: what is drawn (`eak_core.demo.drawings`), what it shows, and its name."""

    drawing: str
    alt: str = ""
    name: str = ""


class IdeaStory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An idea, submitted (or kept as a draft) ``days`` before the demonstration is loaded."""

    key: str
    service: str
    author: str
    days: int
    title: str
    problem: str
    body: str
    subjects: tuple[str, ...]
    communes: tuple[str, ...] = ()
    needs: str = ""
    elsewhere: str = ""
    existing: str = ""
    draft: bool = False
    #: Who writes it with its author.
    together: tuple[str, ...] = ()
    statements: Mapping[str, str] = {}
    steps: tuple[Step, ...] = ()
    files: tuple[FileStory, ...] = ()

    @property
    def stands_in(self) -> str:
        """The slug of the service where it is by now."""
        return next((each.transfer for each in self.steps[::-1] if each.transfer), self.service)


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    people: tuple[PersonStory, ...]
    services: tuple[ServiceStory, ...]
    ideas: tuple[IdeaStory, ...]


class _Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ideas of the year before."""

    ideas: tuple[IdeaStory, ...]


class SignIn(NamedTuple):
    """How to enter the demonstration in a role."""

    role: Role
    email: str
    password: str


@cache
def content() -> Content:
    """The demonstration's content."""
    told = msgspec.toml.decode(_file("content.toml"), type=Content)
    year = msgspec.toml.decode(_file("year.toml"), type=_Year)
    return msgspec.structs.replace(told, ideas=(*told.ideas, *year.ideas))


def _file(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


def sign_ins() -> list[SignIn]:
    """One way in per role."""
    first: dict[Role, SignIn] = {}
    for person in content().people:
        first.setdefault(person.role, SignIn(person.role, person.email, PASSWORD))
    return list(first.values())
