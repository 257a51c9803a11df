"""Mail through a server: one connection for many letters."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

from eak_core import clock
from eak_core.errors import Misconfigured
from eak_core.letters.composing import Envelope, compose
from eak_core.letters.message import Claimed, Dropped, Transport, Undeliverable, Unreachable
from eak_core.letters.recipients import sender_header
from eak_core.letters.verdicts import Stage, verdict

#: How long a server has for each answer but the last.
TIMEOUT_SECONDS = 20
#: How long it has for that to the content where nobody else waits for the letter: it may be looking
#: through it. Who goes sooner sends again what the server takes after that (RFC 5321, 4.5.3.2.6).
CONTENT_SECONDS = 100.0
#: Before its lease ends a letter is left alone: somebody else would send it too.
_BEFORE_END_SECONDS = 5.0
_CLOSING, _GO_ON = 421, 354
_DOT = re.compile(rb"(?m)^\.")
#: So many letters go through one connection, and for so long: servers count, and close what is old.
LETTERS_PER_CONNECTION = 500
SECONDS_PER_CONNECTION = 60.0


#: Puts a signature before a mail, in bytes.
Sign = Callable[[bytes], bytes]


def unsigned(mail: bytes) -> bytes:
    """``mail`` as it is."""
    return mail


def _nothing() -> None:
    """Nobody has to be asked."""


@cache
def _certificates() -> ssl.SSLContext:
    """What a server's certificate is checked with: reading them takes longer than fifty letters."""
    return ssl.create_default_context()


class SmtpTransport:
    """Hands mail to the server at ``url``. ``bounces`` is the address to which servers on the way
    return what they could not deliver; by default that of ``sender``. `Misconfigured` for what
    cannot be one of these."""

    def __init__(self, url: str, sender: str, domain: str, bounces: str = "") -> None:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        self.host = parts.hostname or ""
        self.over_tls = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.over_tls else 587)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        tls = query.get("tls", ["starttls"])
        if tls not in (["starttls"], ["none"]):
            # Whatever else stood there would send the password in the clear.
            raise Misconfigured("mail_url: tls is “starttls” or “none”")
        self.starttls = not self.over_tls and tls == ["starttls"]
        self.sender, self.domain = sender, domain
        returned = sender_header(bounces, "mail_bounces") if bounces else sender_header(sender)
        self.bounces = returned.addr_spec
        self.sign: Sign = unsigned

    def __call__(self, claimed: Claimed) -> None:
        with self.kept_open() as send:
            send(claimed)

    @contextmanager
    def kept_open(self, before_content: Callable[[], None] = _nothing) -> Iterator[Transport]:
        """What sends letter after letter through the same connection, and calls ``before_content``
        before the server gets what stands in each."""
        connection = _Connection(self, before_content)
        try:
            yield connection.send
        finally:
            connection.close()

    def connect(self) -> smtplib.SMTP:
        """The server, ready for a mail. `Unreachable` where it is not, a refused sign-in being no
        fault of any mail either."""
        try:
            return self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"{self.host}:{self.port}: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        server: smtplib.SMTP
        if self.over_tls:
            server = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=_certificates()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            if self.starttls:
                server.starttls(context=_certificates())
            if self.user:
                server.login(self.user, self.password)
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server


class _Connection:
    """The connection of one batch, opened when a letter needs it."""

    def __init__(self, way: SmtpTransport, before_content: Callable[[], None]) -> None:
        self.way, self.before_content = way, before_content
        self.server: smtplib.SMTP | None = None
        self.letters, self.opened_at = 0, 0.0

    def send(self, claimed: Claimed) -> None:
        letter = compose(claimed, self.way.sender, self.way.domain)
        letter = letter._replace(content=self.way.sign(letter.content))
        old = self.server is not None
        if self._is_worn():
            self.close()
            old = False
        try:
            self._hand_over(letter, _ends(claimed))
        except (Unreachable, Dropped) as error:
            self._drop()
            # A server may have closed what was idle. A letter that it may have is not sent again at
            # once: most likely it would be there twice.
            if not old or (isinstance(error, Dropped) and error.may_have_it):
                raise
            self.send(claimed)
        except Exception:
            self._begin_anew()
            raise

    def close(self) -> None:
        """End the connection, politely where the server still listens."""
        if self.server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self.server.quit()
        self._drop()

    def _drop(self) -> None:
        """End it without a word: whoever fell silent would keep us waiting once more."""
        server, self.server = self.server, None
        if server is not None:
            server.close()

    def _begin_anew(self) -> None:
        """Let the server forget the letter that it refused."""
        try:
            assert self.server is not None
            self.server.rset()
        except (AssertionError, OSError, smtplib.SMTPException):
            self._drop()

    def _is_worn(self) -> bool:
        old = time.monotonic() - self.opened_at > SECONDS_PER_CONNECTION
        return self.letters >= LETTERS_PER_CONNECTION or old

    def _hand_over(self, letter: Envelope, ends: float) -> None:
        if self.server is None:
            self.server = self.way.connect()
            self.letters, self.opened_at = 0, time.monotonic()
        server, stage, given = self.server, Stage.SENDER, False
        try:
            answers = _asked(server, self._commands(server, letter))
            for stage, (code, said) in zip(Stage, answers, strict=True):
                if code != _GO_ON if stage is Stage.CONTENT else code // 100 != 2:
                    raise verdict(stage, code, said)
            self._ask_first()
            seconds = ends - time.monotonic()
            if seconds < TIMEOUT_SECONDS:
                raise TimeoutError("too slow to be given the letter")
            given = True
            with _patient(server, seconds):
                server.send(_ended(letter.content))
                code, said = server.getreply()
            if code // 100 != 2:
                raise verdict(stage, code, said, given=True)
        except (OSError, smtplib.SMTPException) as error:
            raise Dropped(f"{stage.value}: {error}", may_have_it=given) from error
        self.letters += 1

    def _ask_first(self) -> None:
        try:
            self.before_content()
        except BaseException:
            # The server waits for the content, and would take anything else for it.
            self._drop()
            raise

    def _commands(self, server: smtplib.SMTP, letter: Envelope) -> Sequence[str]:
        """What the server is asked, stage by stage. Both addresses are such (`recipient`)."""
        options = [f"size={len(letter.content)}"] if server.has_extn("size") else []
        server.command_encoding = "ascii"
        if not letter.ascii:
            if not server.has_extn("smtputf8"):
                # No server on the way back to trying again would learn it (RFC 6531).
                raise Undeliverable(
                    "The mail server takes no address with other letters than ASCII before the @."
                )
            server.command_encoding = "utf-8"
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        sender = " ".join([f"MAIL FROM:<{letter.bounces or self.way.bounces}>", *options])
        return sender, f"RCPT TO:<{letter.to}>", "DATA"


def _ends(claimed: Claimed) -> float:
    """Until when a server may have ``claimed`` in hand, as `time.monotonic` counts."""
    if claimed.until is None:
        return time.monotonic() + CONTENT_SECONDS
    lease = (claimed.until - clock.now()).total_seconds()
    return time.monotonic() + lease - _BEFORE_END_SECONDS


@contextmanager
def _patient(server: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Wait so long for each thing that ``server`` does."""
    socket = server.sock
    assert socket is not None
    socket.settimeout(seconds)
    yield
    socket.settimeout(TIMEOUT_SECONDS)


def _asked(server: smtplib.SMTP, commands: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """The answers to ``commands``: asked at once where the server takes that (RFC 2920), so that a
    letter takes two ways there and back and not four."""
    if not server.has_extn("pipelining"):
        for command in commands:
            yield server.docmd(command)
        return
    server.send("".join(f"{command}\r\n" for command in commands))
    answers = []
    for _command in commands:
        answers.append(server.getreply())
        if answers[-1][0] == _CLOSING:  # and no other answer follows
            break
    refused = any(code // 100 != 2 for code, _said in answers[:-1])
    if refused and answers[-1][0] == _GO_ON:
        # It waits for the content of a letter to nobody (RFC 2920, 3.1).
        server.send(b".\r\n")
        server.getreply()
    yield from answers


def _ended(content: bytes) -> bytes:
    """``content`` with its end, which no line of it can be taken for."""
    return _DOT.sub(b"..", content) + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
