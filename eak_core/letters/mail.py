"""The ways mail can take: by the form of the setting ``mail_url``."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from eak_core.errors import Misconfigured
from eak_core.letters.composing import compose
from eak_core.letters.message import Claimed, Transport, Unreachable
from eak_core.letters.recipients import sender_header
from eak_core.letters.smtp import Sign, SmtpTransport, unsigned


def mail_transport(
    url: str | None,
    *,
    folder: Path,
    sender: str,
    domain: str,
    bounces: str = "",
    dkim: Sign = unsigned,
) -> Transport:
    """The transport for ``url`` (``smtp://user:password@host:port?tls=starttls|none``,
    ``smtps://…``), or files in ``folder`` where there is none. ``dkim`` signs each mail.
    `Misconfigured` for another address, or a sender that cannot be."""
    sender_header(sender)
    if not url:
        files = FileTransport(folder, sender, domain)
        files.sign = dkim
        return files
    parts = urlsplit(url)
    make = BY_SCHEME.get(parts.scheme)
    if make is None or not parts.hostname:
        raise Misconfigured("mail_url: expected smtp://host:port or smtps://host:port")
    way = make(url, sender, domain, bounces)
    way.sign = dkim  # type: ignore[attr-defined]  # each of `BY_SCHEME` has it
    return way


class FileTransport:
    """Writes each mail to a file that a page of the administration shows."""

    def __init__(self, folder: Path, sender: str, domain: str) -> None:
        self.folder, self.sender, self.domain = folder, sender, domain
        self.sign: Sign = unsigned

    def __call__(self, claimed: Claimed) -> None:
        content = self.sign(compose(claimed, self.sender, self.domain).content)
        path = self.folder / f"{claimed.id:08d}.eml"
        partial = path.with_suffix(".partial")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial.touch(mode=0o600)
            partial.write_bytes(content)
            partial.replace(path)
        except OSError as error:  # a full disk is no fault of this mail
            raise Unreachable(f"{self.folder}: {error.strerror or error}") from error


#: What makes the transport of an address, by the scheme of that.
BY_SCHEME: dict[str, Callable[[str, str, str, str], Transport]] = {
    "smtp": SmtpTransport,
    "smtps": SmtpTransport,
}
