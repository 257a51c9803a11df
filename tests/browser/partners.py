"""What the browser tests of partners begin with."""

import re

from tests.proposing import propose_served
from tests.served import Instance
from tests.visitor import Visitor


def idea_and_partner(site: Instance, service: str, author: Visitor, manager: Visitor) -> str:
    """The address of an accepted idea, whose ``author`` acts for the partner “La Halle”, too."""
    site.eak("plugin", "enable", "matchmaking", "--service", service)
    propose_served(author, service)
    author.fill(
        f"/{service}/partenaires/nouveau", "nouveau",
        name="La Halle", kind="association", about="Nous prêtons la halle.",
    )  # fmt: skip
    [address] = set(
        re.findall(rf"/{service}/idees/\d+-[a-z-]+", author.get(f"/{service}/idees/")[1])
    )
    for stage in ("screening", "accepted"):
        manager.fill(address, "etape", to=stage, reason="Elle est recevable.")
    return str(address)
