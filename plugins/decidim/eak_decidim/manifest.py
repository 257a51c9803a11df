"""What the plugin says about itself."""

from eak_core.api import Plugin, _l

plugin = Plugin(
    name="decidim",
    title=_l("Import from Decidim"),
    summary=_l(
        "Brings over the proposals of a Decidim site, and the comments on them. It runs from the"
        " command line, whether it is on or off, and changes no page."
    ),
    core=">=0.1,<1",
)
