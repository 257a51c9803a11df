"""``eak import``: ideas from elsewhere."""

from eak_core.cli.frame import LazyGroup

group = LazyGroup(
    "import",
    help="Bring over ideas from other platforms.",
    commands_at={"decidim": "eak_core.cli.decidim:decidim"},
)
