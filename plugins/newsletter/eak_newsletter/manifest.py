"""What the plugin says about itself."""

from eak_core.api import Plugin, _l
from eak_newsletter.settings import SettingsForm

plugin = Plugin(
    name="newsletter",
    title=_l("Newsletter"),
    summary=_l("A letter that tells what happened in the service, for whoever asks for it."),
    core=">=0.1,<1",
    segment="lettre",
    settings=SettingsForm,
    permissions={"newsletter.subscribe": "visitor", "newsletter.edit": "manager"},
    rights={"newsletter.edit": _l("Write, test and send the letter")},
)
