"""The way to the mail server itself, for who keeps an account of their own of what has left."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app

from eak_core.config import Config
from eak_core.letters.message import Transport


@contextmanager
def mail_way(app: Flask) -> Iterator[Transport]:
    """What hands mail after mail to the server, through one connection that is kept open.

    Past the outbox: nothing is queued, tried again or remembered. So it is for a plugin that sends
    to very many and writes down of each what became of it, before and after. It is given a
    `Claimed` of the kind ``mail``, whose ``payload`` has ``to``, ``subject`` and ``text`` (and
    ``html``), or in the place of these ``body``: the content with its own headers, in the bytes in
    which it leaves; ``list``, ``stop`` and ``bounces`` as a list has them. Its ``key`` makes the
    Message-ID.

    It raises `Undeliverable` (`NoSuchMailbox` where it is the address) for what is refused for
    good, `Unreachable` where nothing leaves now, `Dropped` where the answer is missing, and any
    other exception for what is refused for now.
    """
    way = app.extensions["eak_transports"]["mail"]
    kept_open = getattr(way, "kept_open", None)
    if kept_open is None:
        yield way
        return
    with kept_open() as send:
        yield send


def bounces_mailbox() -> str:
    """The address to which servers return what they could not deliver (setting ``mail_bounces``);
    empty where none is set. What stands behind a plus in it comes back with the mail."""
    config: Config = current_app.extensions["eak_config"]
    return config.mail_bounces
