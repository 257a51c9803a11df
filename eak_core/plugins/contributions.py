"""What the hooks of a plugin answer with: plain values, from which the core builds the page.

A plugin never hands over an address or a tag where a value will do, so that escaping, links and
their absence stay in one place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of a service's navigation.

    ``label`` is what it says. ``endpoint`` is one of the plugin's own (``voting.index``); the core
    builds the address, with ``values`` as the arguments of the view.
    """

    label: Any
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file in the plugin's ``static/`` folder, by its ``path`` there: a stylesheet where ``kind``
    is ``style``, a script module where it is ``script``. ValueError for a path that leads out of
    it."""

    path: str
    kind: Literal["style", "script"]

    def __post_init__(self) -> None:
        if self.path.startswith("/") or ".." in self.path.split("/"):
            raise ValueError(f"asset {self.path!r}: a path below the plugin's static folder")


@dataclass(frozen=True, slots=True)
class Denial:
    """A guard's refusal; ``message`` tells the person why, and what to do about it."""

    message: Any


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """A comment of another site, on an idea that was imported from there.

    ``idea_id`` is the idea here, ``body`` the text in Markdown, ``written_at`` the instant (aware),
    and ``position`` what it says of the idea. ``origin`` is its identity and address there, the
    same at each import: a comment whose origin is known is updated or left alone, never doubled.
    ``parent`` is the origin of the comment it answers. ``author`` is a display name and no account.
    ``line`` is where it stands in the file.
    """

    origin: str
    idea_id: int
    body: str
    written_at: datetime
    author: str = ""
    position: Literal["for", "neutral", "against"] = "neutral"
    parent: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not imported: the ``line`` of the file where it stands, and the ``reason``,
    for the person who runs the import."""

    line: int
    reason: Any


@dataclass(slots=True)
class ImportReport:
    """What became of the rows given to one plugin: how many were ``created``, how many were there
    already and ``unchanged``, and which were ``refused``."""

    created: int = 0
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
