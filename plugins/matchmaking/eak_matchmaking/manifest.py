"""What the plugin says about itself."""

from eak_core.api import Plugin, _l

plugin = Plugin(
    name="matchmaking",
    title=_l("Partners"),
    summary=_l(
        "Works out which ideas and which partners go together, from what each of them prefers. It"
        " runs from the command line, whether it is on or off, and changes no page."
    ),
    core=">=0.1,<1",
)
