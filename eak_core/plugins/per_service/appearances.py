"""What a plugin adds and where people meet it, in sentences: from the hooks that it answers and the
stages that it brings."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from eak_core.i18n import _, _l
from eak_core.plugins.loading.host import PluginHost
from eak_core.plugins.loading.manifest import Plugin

#: Where a plugin shows itself, by the hook that it answers; in the order in which it is told.
PLACES: Mapping[str, Any] = MappingProxyType(
    {
        "nav_items": _l("An entry in the navigation of the service."),
        "slot_service_now": _l("What goes on now, at the head of the service’s home page."),
        "slot_service_home": _l("A section on the service’s home page."),
        "slot_idea_body": _l("A section on the page of each idea."),
        "slot_idea_aside": _l("A box beside the text of each idea."),
        "slot_idea_cards": _l("A line on the card of each idea."),
        "portal_links": _l("What goes on now, on the portal of the site."),
        "account_links": _l("A section in each person’s space."),
        "footer_links": _l("A link at the foot of the service’s pages."),
        "desk_items": _l("What waits to be decided, on the managers’ desk."),
        "desk_pages": _l("Pages of their own for managers, from their desk."),
        "notice_sentences": _l("Notices to those whom something concerns, or who follow it."),
        "mail_choices": _l("Mail that each person chooses or stops."),
        "newsletter_items": _l("Matter for the newsletter."),
        "reportable_things": _l("What people write with it can be reported to the moderators."),
        "held_relations": _l("Parts that people take, and the rights that come with them."),
        "can_change_stage": _l("A say in whether an idea may go on to another stage."),
        "idea_columns": _l("Columns in the lists of ideas that anybody can download."),
        "importer": _l("A way to take in what another platform holds."),
    }
)


def appearances(host: PluginHost, plugin: Plugin) -> Iterator[str]:
    """What ``plugin`` adds and where, each in a sentence of the language at hand."""
    for stage in plugin.stages:
        yield _("Ideas can be brought to the stage “%(stage)s”.", stage=stage.title)
    yield from places(host, plugin)


def places(host: PluginHost, plugin: Plugin) -> Iterator[str]:
    """Where people meet ``plugin``, each in a sentence of the language at hand."""
    yield from (str(said) for hook, said in PLACES.items() if host.answers(hook, plugin.name))
