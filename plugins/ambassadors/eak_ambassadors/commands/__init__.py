"""``eak ambassadors …``: badges verified, and juries drawn, without a site."""

from eak_ambassadors.commands.draw import draw_command
from eak_ambassadors.commands.verify import verify_command

COMMANDS = (verify_command, draw_command)
