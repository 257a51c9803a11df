"""``eak newsletter …``."""

from eak_newsletter.commands.bounces import bounce
from eak_newsletter.commands.issues import (
    cancel,
    compose,
    deliveries,
    freeze,
    pause,
    resume,
    send,
)
from eak_newsletter.commands.readers import erase_subscriber, export_subscribers, import_subscribers

COMMANDS = [
    import_subscribers,
    export_subscribers,
    erase_subscriber,
    compose,
    freeze,
    send,
    deliveries,
    pause,
    resume,
    cancel,
    bounce,
]
