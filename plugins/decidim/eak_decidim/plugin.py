"""The import from Decidim: what the plugin answers when the core asks."""

from eak_core.api import Importer, hookimpl
from eak_decidim import exports
from eak_decidim.manifest import plugin

__all__ = ["plugin"]


@hookimpl
def importer() -> Importer:
    return Importer(
        help="Take over the proposals in FILE, the CSV export of a Decidim site.",
        idea=exports.proposed,
        idea_columns=exports.PROPOSAL_COLUMNS,
        comment=exports.commented,
        comment_columns=exports.COMMENT_COLUMNS,
    )
