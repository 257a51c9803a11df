"""Mail transports: files in a folder (demonstration, development), or SMTP."""

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from eak_core.errors import Misconfigured
from eak_core.letters.recipients import recipient, sender_header
from eak_core.letters.sending import Claimed, Transport, Undeliverable, Unreachable

TIMEOUT_SECONDS = 20
#: What a server answers that closes the connection, whatever was asked (RFC 5321, 3.8).
_NOT_AVAILABLE = 421


def mail_transport(url: str | None, *, folder: Path, sender: str, domain: str) -> Transport:
    """The transport for ``url`` (``smtp://user:password@host:port?tls=starttls|none``,
    ``smtps://…``), or files in ``folder`` where there is none."""
    if not url:
        return FileTransport(folder, sender, domain)
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Misconfigured("mail_url: expected smtp://host:port or smtps://host:port")
    return SmtpTransport(url, sender, domain)


def compose(claimed: Claimed, sender: str, domain: str) -> EmailMessage:
    """The message. Its Message-ID follows from the outbox key, so a duplicate shows as one.

    `Undeliverable` where what it is for is no address.
    """
    payload = claimed.payload
    message = EmailMessage(policy=SMTP)
    message["From"] = sender_header(sender)
    message["To"] = recipient(payload["to"])
    message["Subject"] = " ".join(payload["subject"].split())
    message["Date"] = formatdate(localtime=False)
    digest = hashlib.sha256(claimed.key.encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(payload["text"])
    if payload.get("html"):
        message.add_alternative(payload["html"], subtype="html")
    return message


class FileTransport:
    """Writes each mail to a file that a page of the administration shows."""

    def __init__(self, folder: Path, sender: str, domain: str) -> None:
        self.folder, self.sender, self.domain = folder, sender, domain

    def __call__(self, claimed: Claimed) -> None:
        content = compose(claimed, self.sender, self.domain).as_bytes()
        path = self.folder / f"{claimed.id:08d}.eml"
        partial = path.with_suffix(".partial")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial.touch(mode=0o600)
            partial.write_bytes(content)
            partial.replace(path)
        except OSError as error:  # a full disk is no fault of this mail
            raise Unreachable(f"{self.folder}: {error.strerror or error}") from error


class SmtpTransport:
    """Hands each mail to a server."""

    def __init__(self, url: str, sender: str, domain: str) -> None:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        self.host = parts.hostname or ""
        self.over_tls = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.over_tls else 587)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.starttls = not self.over_tls and query.get("tls", ["starttls"])[0] == "starttls"
        self.sender, self.domain = sender, domain

    def __call__(self, claimed: Claimed) -> None:
        message = compose(claimed, self.sender, self.domain)
        with self._reached() as server:
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                codes = [code for code, _ in error.recipients.values()]
                if codes and all(code >= 500 for code in codes):
                    raise Undeliverable(str(error)) from error
                raise
            except smtplib.SMTPNotSupportedError as error:
                # Its local part has other letters than ASCII, and no server on the way back to
                # trying again would learn to take them (RFC 6531).
                raise Undeliverable(
                    "The mail server takes no address with other letters than ASCII before the @."
                ) from error
            except smtplib.SMTPResponseException as error:
                if error.smtp_code == _NOT_AVAILABLE:
                    raise Unreachable(str(error)) from error
                raise

    def _reached(self) -> smtplib.SMTP:
        """The server, ready for a mail. A refused sign-in is no fault of any mail either."""
        try:
            return self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"{self.host}:{self.port}: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.over_tls:
            server = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        if self.starttls:
            server.starttls(context=context)
        if self.user:
            server.login(self.user, self.password)
        return server
