"""``eak matchmaking …``: what is done with partners without a browser."""

from eak_matchmaking.commands.match import match
from eak_matchmaking.commands.organisations import import_organisations

COMMANDS = (match, import_organisations)
