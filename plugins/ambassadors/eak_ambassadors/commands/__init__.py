"""``eak ambassadors …``: verifying and drawing without a site, and what a service has issued."""

from eak_ambassadors.commands.badges import badge_command, issuer_command, list_command
from eak_ambassadors.commands.draw import draw_command
from eak_ambassadors.commands.keys import keys_command
from eak_ambassadors.commands.verify import verify_command

COMMANDS = (
    verify_command,
    draw_command,
    issuer_command,
    badge_command,
    list_command,
    keys_command,
)
