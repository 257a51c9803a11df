"""Open data of partners: what their files have in common."""

from eak_core.api import limited

#: So many entries a feed has at most.
FEED_LENGTH = 50

limit_files = limited("matchmaking.file", "20/minute;200/day", reads=True)
