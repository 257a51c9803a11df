"""What the law asks a public site to say, and whoever runs this one has not said yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from eak_core.config import Config
from eak_core.i18n import _l


@dataclass(frozen=True, slots=True)
class Duty:
    """A ``setting`` of the site that readers are owed: what it says (``title``), why it is asked
    for (``why``, with its source), the page that shows it (``endpoint``), and its ``value``, empty
    where it is still to be written."""

    setting: str
    title: Any
    why: Any
    endpoint: str
    value: str = ""


_OWED = (
    Duty(
        "publisher",
        _l("Who publishes the site"),
        _l("Law on confidence in the digital economy, article 1-1"),
        "pages.legal",
    ),
    Duty(
        "publisher_address",
        _l("Address of the publisher"),
        _l("Law on confidence in the digital economy, article 1-1"),
        "pages.legal",
    ),
    Duty(
        "publication_director",
        _l("Who answers for what is published"),
        _l("Law on confidence in the digital economy, article 1-1"),
        "pages.legal",
    ),
    Duty(
        "hosting",
        _l("Who hosts the site: name, address, telephone"),
        _l("Law on confidence in the digital economy, article 1-1"),
        "pages.legal",
    ),
    Duty(
        "contact_email",
        _l("Where readers write"),
        _l("Digital Services Act, articles 11 and 12; RGAA, declaration of accessibility"),
        "contact.write",
    ),
    Duty(
        "data_protection_email",
        _l("Data protection officer"),
        _l("General Data Protection Regulation, article 13"),
        "pages.privacy",
    ),
)


def duties(config: Config) -> Sequence[Duty]:
    """All that is owed, with what ``config`` says of each."""
    return [replace(each, value=getattr(config, each.setting)) for each in _OWED]


def gaps(config: Config) -> Sequence[Duty]:
    """What is still to be written."""
    return [each for each in duties(config) if not each.value.strip()]
