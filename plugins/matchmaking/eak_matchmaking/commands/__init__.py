"""``eak matchmaking …``: what is done with partners without a browser."""

from eak_matchmaking.commands.match import match
from eak_matchmaking.commands.organisations import import_organisations
from eak_matchmaking.commands.suggest import suggest

COMMANDS = (match, import_organisations, suggest)
