"""``eak matchmaking …``: matching without a browser."""

from eak_matchmaking.commands.match import match

COMMANDS = (match,)
