"""A mail server that keeps what it accepts, and answers as it is told."""

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """``sender``, ``recipient`` and ``content`` are what is answered to each stage; ``answers`` has
    others for some addresses. A stage answered by `CLOSE` ends the connection instead. A content
    is looked through for so many ``seconds`` before it is answered."""

    CLOSE = "close"

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}?tls=none"
        self.received: list[EmailMessage] = []
        self.senders: list[str | None] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.sender = self.recipient = self.content = "250 OK"
        self.answers: dict[str, str] = {}
        self.pipelining = False
        self.seconds = 0.0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name  # type: ignore[assignment]  # as the server itself keeps it
        return [*answers[:-1], *(["250-PIPELINING"] if self.pipelining else []), answers[-1]]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender.startswith("250"):
            envelope.mail_from = address
        return self._said(server, self.sender)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.answers.get(address, self.recipient)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return self._said(server, said)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = self.answers.get(f"content {envelope.rcpt_tos[0]}", self.content)
        if said.startswith("250"):
            assert isinstance(envelope.content, bytes)
            found = email.message_from_bytes(envelope.content, policy=default)
            assert isinstance(found, EmailMessage)
            self.received.append(found)
            self.senders.append(envelope.mail_from)
        await asyncio.sleep(self.seconds)
        return self._said(server, said)

    def _said(self, server: SMTP, answer: str) -> str:
        if answer == self.CLOSE:
            assert server.transport is not None
            server.transport.close()
        return answer


@contextmanager
def serving() -> Iterator[Sink]:
    """A `Sink` that listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sink = Sink(port)
    controller = Controller(sink, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
