"""The slots: hooks by which plugins put something onto pages of the core, and its style with it, as
in `hookspecs`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eak_core.plugins.hooks.hookspecs import hookspec

if TYPE_CHECKING:
    from markupsafe import Markup

    from eak_core.db import Session
    from eak_core.permissions import Actor
    from eak_core.plugins.hooks.contributions import NavItem, Today


@hookspec
def slot_idea_body(
    session: "Session", service: Any, idea: Any, actor: "Actor"
) -> "Markup | str | None":
    """A section of an idea's page, below its text.

    Active plugins. Plain text is escaped; HTML comes from ``fragment``. None for nothing.
    """


@hookspec
def slot_idea_aside(
    session: "Session", service: Any, idea: Any, actor: "Actor"
) -> "Markup | str | None":
    """Something beside an idea's text: a figure, a state, a short form.

    Active plugins. Plain text is escaped; HTML comes from ``fragment``. None for nothing.
    """


@hookspec
def slot_idea_cards(  # type: ignore[empty-body]
    session: "Session", service: Any, ideas: Sequence[Any], actor: "Actor"
) -> "Mapping[int, Markup | str]":
    """A line on the cards of a list of ideas, by the id of the idea.

    Active plugins, once for the whole list, so that one query serves it. An idea may be left out.
    """


@hookspec
def slot_service_now(  # type: ignore[empty-body]
    session: "Session", service: Any, actor: "Actor"
) -> "Iterable[Today]":
    """What people can do in a service today, at the top of its home page: vote, help out, come.

    Active plugins. Short sections, and none where there is nothing to be done now; what ends first
    stands first.
    """


@hookspec
def slot_service_home(session: "Session", service: Any, actor: "Actor") -> "Markup | str | None":
    """A section of a service's home page, below its ideas.

    Active plugins. Plain text is escaped; HTML comes from ``fragment``. None for nothing.
    """


@hookspec
def desk_pages(  # type: ignore[empty-body]
    session: "Session", service: Any, actor: "Actor"
) -> "Iterable[NavItem]":
    """The pages where managers work, as their desk leads there.

    ``label`` is what a page is called, ``note`` a sentence on what is done there. Active plugins;
    only managers see them, below the plugin's title, whether anything waits there (`desk_items`)
    or not.
    """


@hookspec
def style_sheets() -> "Iterable[str]":  # type: ignore[empty-body]
    """Style sheets for the pages of a service, by their paths in the plugin's ``static/``.

    Active plugins. Each page of the service links them all as one file, so that what the plugin
    contributes to others' pages has them too; what is large and for few pages is linked by those,
    as scripts are: ``{{ plugin_static("thanks", "wall.js") }}``.
    """
