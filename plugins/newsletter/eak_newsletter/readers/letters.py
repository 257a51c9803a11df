"""The letters about a subscription itself, and the links in them.

An address gets one of them a day at most, from the whole site: whoever types somebody else's
address a thousand times writes to them once.
"""

import hmac
from datetime import timedelta
from typing import Any

from flask import render_template, url_for

from eak_core.api import (
    Service,
    Session,
    SignedLink,
    _,
    clock,
    in_paris,
    plugin_secret,
    send_mail_to_address,
)
from eak_newsletter.manifest import plugin
from eak_newsletter.models import Subscriber

#: As long as somebody who asked is kept who does not confirm.
CONFIRMED_WITHIN = timedelta(days=7)
#: People keep letters, and the law knows no end of the right to leave.
KEPT_LETTERS = timedelta(days=3 * 365)

CONFIRM = SignedLink(plugin, "confirm", lifetime=CONFIRMED_WITHIN, once=True)
PREFERENCES = SignedLink(plugin, "preferences", lifetime=KEPT_LETTERS)
STOP = SignedLink(plugin, "stop", lifetime=KEPT_LETTERS)


def mark_of(address: str) -> str:
    """A digest of ``address`` that nobody makes without the key of this site."""
    key = plugin_secret(plugin.name, "addresses")
    return hmac.digest(key, address.lower().encode(), "sha256").hex()


def ask_to_confirm(session: Session, service: Service, subscriber: Subscriber) -> bool:
    """Write to an address that has asked, or for which somebody has; False where it was written to
    today already."""
    link = url_for(
        "newsletter.confirm",
        service_slug=service.slug,
        token=CONFIRM.token(str(subscriber.id)),
        _external=True,
    )
    subject = _("Confirm your subscription – %(service)s", service=service.name)
    return _send(session, service, subscriber, subject, "newsletter/confirm.txt", link=link)


def say_known(session: Session, service: Service, subscriber: Subscriber) -> bool:
    """Tell a reader who asks again that they have the letter, and where to change it."""
    links = links_of(service, subscriber.id)
    subject = _("You have the letter already – %(service)s", service=service.name)
    return _send(session, service, subscriber, subject, "newsletter/known.txt", **links)


def links_of(service: Service, subscriber_id: int) -> dict[str, str]:
    """The whole addresses, for this reader alone, where they change what they get, and end it."""
    place: dict[str, Any] = {"service_slug": service.slug, "_external": True}
    subject = str(subscriber_id)
    return {
        "preferences": url_for("newsletter.preferences", token=PREFERENCES.token(subject), **place),
        "stop": url_for("newsletter.stop", token=STOP.token(subject), **place),
    }


def _send(
    session: Session,
    service: Service,
    subscriber: Subscriber,
    subject: str,
    template: str,
    **values: Any,
) -> bool:
    day = in_paris(clock.now()).date()
    return send_mail_to_address(
        session,
        plugin.name,
        address=subscriber.address,
        subject=subject,
        text=render_template(template, service=service, **values),
        dedupe_key=f"about:{mark_of(subscriber.address)}:{day}",
        service_id=service.id,
    )
