"""A sender of a letter that goes on until it is killed: ``python -m`` URL INSTANCE ISSUE MAIL."""

import sys
from pathlib import Path

from eak_core.kit.testing.site import open_app
from eak_newsletter.deliveries import sending


def work(url: str, instance: str, issue: str, mail: str) -> None:
    """Send what is due, again and again."""
    app = open_app(url, Path(instance), ["eak_newsletter.plugin"], mail_url=mail)
    with app.app_context():
        while not sending.send(app, int(issue)).over:
            pass


if __name__ == "__main__":
    work(*sys.argv[1:])
