"""Who a mail goes to: one address, read the same way by everybody on its way, and in a form that
mail servers take."""

import re
from email.headerregistry import Address, HeaderRegistry

import idna

from eak_core.errors import Misconfigured
from eak_core.letters.message import Undeliverable

_REGISTRY = HeaderRegistry()
#: What nearly every address looks like (RFC 5322: dot-atoms), and nothing can be made of but
#: itself.
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")

#: The longest name of a sender: it stands on one line of every mail.
_NAME_LENGTH = 100


def is_one_address(address: str) -> bool:
    """Whether a header that holds ``address`` leads to ``address`` and to nobody else.

    ``=?utf-8?q?b=40c.org?=@example.org`` has the form of an address, but a header is decoded
    (RFC 2047) and it then leads to somebody at another host.
    """
    if _PLAIN.fullmatch(address):
        return True
    if "=?" in address or any(char < " " or char == "\x7f" for char in address):
        return False
    try:
        found = _REGISTRY("To", address).addresses  # type: ignore[attr-defined]  # made at run time
        return len(found) == 1 and found[0].addr_spec == address
    except (ValueError, IndexError):  # what the parser of the library stumbles over
        return False


def recipient(address: str) -> str:
    """``address`` as it leaves: its domain in ASCII (IDNA, RFC 5891). `Undeliverable` for what is
    no address, or has a domain that cannot be."""
    local, _, domain = address.rpartition("@")
    if not local or not domain or not is_one_address(address):
        raise Undeliverable("This is not one e-mail address.")
    return f"{local}@{ascii_domain(domain)}"


def sender_header(sender: str, setting: str = "mail_sender") -> Address:
    """The ``setting`` ``mail_sender`` or ``mail_bounces`` (``Name <address>``) with its domain in
    ASCII. `Misconfigured` where it is not one address that every server takes: no mail would leave,
    or it would leave from somebody else."""
    try:
        (group,) = _REGISTRY("From", sender).groups  # type: ignore[attr-defined]  # made at run time
        (found,) = group.addresses
        address = Address(found.display_name, found.username, ascii_domain(found.domain))
    except (ValueError, IndexError, Undeliverable):
        raise _no_sender(setting) from None
    spec = address.addr_spec
    usable = found.domain and spec.isascii() and is_one_address(spec) and group.display_name is None
    if not usable or len(address.display_name) > _NAME_LENGTH or "=?" in sender:
        raise _no_sender(setting)
    return address


def _no_sender(setting: str) -> Misconfigured:
    return Misconfigured(
        f"{setting}: expected one address, without accents before the @, behind a name of"
        f" {_NAME_LENGTH} characters at most, which stands in quotes where it holds a comma or a"
        ' colon: "Innovation, Hauts-de-Seine" <participer@example.fr>'
    )


def ascii_domain(domain: str) -> str:
    """``domain`` as the network knows it. `Undeliverable` where it has no such form."""
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise Undeliverable(f"The domain of this address cannot exist: {error}.") from error
