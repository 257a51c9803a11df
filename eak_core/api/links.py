"""Links in mail.

Whole addresses, and links that prove by themselves what they are for.
"""

from eak_core.web.links import site_url
from eak_core.web.signed_links import SignedLink, is_public_post, say_done

__all__ = [
    "SignedLink",
    "is_public_post",
    "say_done",
    "site_url",
]
