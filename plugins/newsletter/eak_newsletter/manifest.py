"""What the plugin says about itself."""

from eak_core.api import Plugin, _l

plugin = Plugin(
    name="newsletter",
    title=_l("Newsletter"),
    summary=_l("A letter that tells what happened in the service, for whoever asks for it."),
    core=">=0.1,<1",
    segment="lettre",
    permissions={"newsletter.subscribe": "visitor", "newsletter.edit": "manager"},
)
