"""Which keys a service signs with, as facts in its log, where nobody can rewrite them."""

from eak_core.events import CORE, Code, Event, event

KEY = "key:{plugin}.{purpose}"


@event(CORE, "key.published", version=1, subject=KEY, quiet=True)
class KeyPublished(Event):
    """A plugin signs with the key ``public`` (Ed25519, in hexadecimal) from now on; it is the
    ``number``-th for this purpose."""

    plugin: Code
    purpose: Code
    number: int
    public: Code


@event(CORE, "key.ended", version=1, subject=KEY, quiet=True)
class KeyEnded(Event):
    """A key signs no more. Where it was ``revoked`` its private half may be in other hands."""

    plugin: Code
    purpose: Code
    number: int
    revoked: bool
