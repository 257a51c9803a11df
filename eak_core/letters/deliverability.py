"""Whether mail of this site is believed to be its own, as far as the DNS tells: SPF (RFC 7208),
DKIM (RFC 6376) and DMARC (RFC 7489), and what to ask of whoever keeps the domain.

What cannot be seen from here is said to be so: which machine a relay sends from, and whether it
signs by itself.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from eak_core.config import Config
from eak_core.i18n import _l
from eak_core.letters.dkim import DkimKey, keys_of
from eak_core.letters.dns import LookUp, is_public
from eak_core.letters.recipients import sender_header

#: ``fine``; ``missing`` or ``wrong``, to be mended; ``unseen``: nobody can tell from here.
Standing = Literal["fine", "missing", "wrong", "unseen"]

_TAG = re.compile(r"\s*([a-z0-9]+)\s*=\s*([^;]*)", re.IGNORECASE)


class Check(NamedTuple):
    """What was looked at (``spf``, ``dkim``, ``dmarc``, ``mx``) at which ``name`` of the DNS, how
    it stands and what is said of that; ``ask`` is the record to ask for, empty where none is."""

    about: str
    name: str
    standing: Standing
    sentence: Any
    ask: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to mend."""
        return self.standing in ("fine", "unseen")


def look(config: Config, look_up: LookUp) -> list[Check]:
    """All checks of a site whose mail leaves through a server; none where it is written to files,
    or its domain stands for nobody. `Misconfigured` where a key cannot be read."""
    domain = sender_header(config.mail_sender).domain
    if config.mail_url is None or not is_public(domain):
        return []
    returned = config.mail_bounces.rpartition("@")[2] or domain
    checks = [
        _spf(returned, look_up(returned, "TXT")),
        *_dkim(domain, keys_of(config), look_up),
        _dmarc(domain, look_up),
    ]
    if config.mail_bounces:
        checks.append(_mx(returned, look_up(returned, "MX")))
    return checks


def _spf(domain: str, records: Sequence[str] | None) -> Check:
    ask = f"{domain} TXT v=spf1 include:… -all"
    if records is None:
        return _unseen("spf", domain)
    found = [each for each in records if re.match(r"v=spf1(\s|$)", each, re.IGNORECASE)]
    if not found:
        said = _l(
            "No record says which servers may send mail of this domain (SPF). Ask your host"
            " which name it wants to see after “include:”."
        )
        return Check("spf", domain, "missing", said, ask)
    if len(found) > 1:
        said = _l("There are several SPF records, which counts as none. Have them made into one.")
        return Check("spf", domain, "wrong", said, ask)
    if re.search(r"(?:^|\s)[+?]?all\s*$", found[0], re.IGNORECASE):
        said = _l(
            "The SPF record lets every server of the world send mail of this domain. Have it"
            " end with “-all” or “~all”."
        )
        return Check("spf", domain, "wrong", said, ask)
    said = _l(
        "There is an SPF record: %(record)s. Only your host can tell whether it names the"
        " machines that this mail leaves from.",
        record=found[0][:300],
    )
    return Check("spf", domain, "fine", said)


def _dkim(domain: str, keys: Sequence[DkimKey], look_up: LookUp) -> Iterator[Check]:
    if not keys:
        said = _l(
            "This site signs nothing (setting mail_dkim). Ask your host whether its server"
            " does; the one-click end of a letter is believed only where it is signed."
        )
        yield Check("dkim", domain, "unseen", said)
    for key in keys:
        name = f"{key.selector}._domainkey.{domain}"
        records = look_up(name, "TXT")
        ask = f"{name} TXT {key.record}"
        if records is None:
            yield _unseen("dkim", name, ask)
        elif not records:
            said = _l("Mail is signed, and nobody can check it: its key does not stand there.")
            yield Check("dkim", name, "missing", said, ask)
        elif _tags(records[0]).get("p", "") != _tags(key.record)["p"]:
            said = _l(
                "Another key stands there than the one that signs: what this site sends is"
                " taken for forged."
            )
            yield Check("dkim", name, "wrong", said, ask)
        else:
            said = _l("The key that signs (%(kind)s) stands there.", kind=key.algorithm)
            yield Check("dkim", name, "fine", said)


def _dmarc(domain: str, look_up: LookUp) -> Check:
    """The policy of the domain, or of the one above it that has one (DMARCbis, 4.10)."""
    ask = f"_dmarc.{domain} TXT v=DMARC1; p=none; rua=mailto:…"
    labels = domain.split(".")
    for start in range(max(0, len(labels) - 8), len(labels) - 1):
        name = "_dmarc." + ".".join(labels[start:])
        records = look_up(name, "TXT")
        if records is None:
            return _unseen("dmarc", name, ask)
        found = [each for each in records if each.strip().lower().startswith("v=dmarc1")]
        if not found:
            continue
        policy = _tags(found[0]).get("p", "").lower()
        if len(found) > 1 or policy not in ("none", "quarantine", "reject"):
            said = _l("The DMARC record cannot be read, and counts as none.")
            return Check("dmarc", name, "wrong", said, ask)
        said = _l("There is a DMARC policy: p=%(policy)s.", policy=policy)
        if policy == "none":
            said = _l(
                "There is a DMARC policy, p=none: it only watches. Once its reports are clean,"
                " ask for p=quarantine."
            )
        return Check("dmarc", name, "fine", said)
    said = _l(
        "Nothing says what becomes of mail that is not from here (DMARC). Large hosts want to"
        " see it of everyone who writes to many."
    )
    return Check("dmarc", f"_dmarc.{domain}", "missing", said, ask)


def _mx(domain: str, records: Sequence[str] | None) -> Check:
    if records is None:
        return _unseen("mx", domain)
    if not records:
        said = _l(
            "No server takes mail of this domain: what comes back is lost, and mailboxes that"
            " are gone are written to again and again."
        )
        return Check("mx", domain, "missing", said, f"{domain} MX 10 …")
    return Check("mx", domain, "fine", _l("A server takes the mail that comes back."))


def _unseen(about: str, name: str, ask: str = "") -> Check:
    said = _l("The DNS did not answer in time. Nothing is known of this record.")
    return Check(about, name, "unseen", said, ask)


def _tags(record: str) -> dict[str, str]:
    return {name.lower(): "".join(value.split()) for name, value in _TAG.findall(record)}
