"""``eak voting …``: counting and checking without a browser, and files of other places."""

from eak_voting.commands.count import count
from eak_voting.commands.log import log_command, recount_command
from eak_voting.commands.pabulib import export_pabulib, import_pabulib

COMMANDS = (count, recount_command, log_command, import_pabulib, export_pabulib)
