"""Services and people.

Where something happens, who is meant, and how to write to them.
"""

from eak_core.ideas.describing.territory import communes
from eak_core.letters.suppression import mark_of as mail_mark
from eak_core.letters.suppression import suppression
from eak_core.letters.way import bounces_mailbox, mail_way
from eak_core.people.accounts.account import hold_account, person_address, person_since
from eak_core.people.mail.addresses import normal_address
from eak_core.people.mail.letters import forget_mail_to, mail_to, send_mail, send_mail_to_address
from eak_core.people.mail.mailing import MailingList, send_mailing, want_again
from eak_core.people.names import person_names
from eak_core.people.rights.actor import is_agent_address
from eak_core.people.rights.outsiders import check_invitable, is_outsider
from eak_core.people.rights.roles import managers_of
from eak_core.plugins.hooks.contributions import Kept
from eak_core.services.lookup import row_in
from eak_core.services.models import Service

__all__ = [
    "Kept",
    "MailingList",
    "Service",
    "bounces_mailbox",
    "check_invitable",
    "communes",
    "forget_mail_to",
    "hold_account",
    "is_agent_address",
    "is_outsider",
    "mail_mark",
    "mail_to",
    "mail_way",
    "managers_of",
    "normal_address",
    "person_address",
    "person_names",
    "person_since",
    "row_in",
    "send_mail",
    "send_mail_to_address",
    "send_mailing",
    "suppression",
    "want_again",
]
