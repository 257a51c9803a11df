"""Links in mail that prove by themselves what they are for.

Most need no sign-in:

::

    DECLINE = SignedLink(CORE, "invitation", lifetime=timedelta(days=30), once=True)

    link = url_for("account.decline_by_link", token=DECLINE.token(f"{invitation.id}"))

    @blueprint.route("/invitations/refuser/<token>", methods=["GET", "POST"])
    @DECLINE.opens
    def decline_by_link(subject: str) -> Answer:
        if request.method == "POST":
            decline(current_session(), int(subject))
            return say_done("people/declined.html")
        return render("people/decline.html")

Mail filters follow links before anybody reads them, so reading changes nothing: the page has a
button. What it sends is taken **without a session and without a token of a form** (a public POST):
the signature is the proof, and a browser's cookie would be none, since every site could have it
sent along. So mail programs may send it themselves (RFC 8058), and whoever is signed in acts as
nobody. `SignedLink.opens` alone declares such a view; all others ask for a token.

What a link gives to somebody, such as a part in an organisation, needs an account that it is given
to. `SignedLink.opens_signed_in` declares a view that acts for whoever is signed in, with the token
of its form beside the signature::

    @blueprint.route("/invitation/<token>", methods=["GET", "POST"])
    @JOIN.opens_signed_in
    def join(subject: str) -> Answer:
        form = Form()
        return attempt(
            form, lambda: accept(current_session(), g.actor, int(subject)), done=…
        ) or form_page("jury/join.html", form)

Everybody who holds the link reads its page, which says what they are asked, and leads to the
sign-in and back.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache, wraps
from hashlib import sha256
from hmac import compare_digest
from typing import Any, NamedTuple, Protocol

from flask import Flask, current_app, g, make_response, render_template, request
from itsdangerous import BadData, URLSafeSerializer
from limits import parse_many
from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from eak_core import clock
from eak_core.db import Base, Session, current_session
from eak_core.db.upsert import insert_once
from eak_core.errors import EakError
from eak_core.i18n import _l
from eak_core.networks import client_network
from eak_core.permissions import SignInRequired
from eak_core.web.errors import Wording, refuse
from eak_core.web.limits import count_attempt
from eak_core.web.sessionless import leave_session

#: What was signed wrongly is counted for the computer it came from, what was signed by us for the
#: link itself: the buttons of a thousand people may be sent by one server of their mail provider.
_WRONG = parse_many("30/minute;200/hour")
_RIGHT = parse_many("20/minute;100/hour")
#: The mark of a view that takes what is sent without a token.
PUBLIC_POST = "is_public_post"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_WORDING = Wording(
    _l("This link cannot be used"),
    "",
    _l("Nothing was changed."),
    _l("Ask for a new one where you got this one, or start again from the list of services."),
)


class LinkRefused(EakError):
    """A signed link that opens nothing. Its status is the same whatever is wrong with it, and what
    is said of one that we did not sign does not depend on what there is."""

    status = 410


class SpentLink(Base):
    """A link for one use that was used; kept until it would have expired."""

    __tablename__ = "spent_link"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Owner(Protocol):
    """A plugin or the core, as far as links need it."""

    @property
    def name(self) -> str: ...


class _Opened(NamedTuple):
    subject: str
    expires_at: datetime
    mark: str


class SignedLink:
    """One kind of link: what it is for, how long it holds, and whether only ``once``.

    ``owner`` is a plugin; ``name`` tells its kinds apart. A token of one kind opens no other, nor
    one of another plugin: each is signed with a key of its own, derived from the site's.
    """

    def __init__(self, owner: Owner, name: str, *, lifetime: timedelta, once: bool = False) -> None:
        self.purpose = f"{owner.name}.{name}"
        self.lifetime = lifetime
        self.once = once

    def token(self, subject: str) -> str:
        """A token for ``subject``, what the link is about: a few characters that mean something
        to the view alone. It stands in addresses, and so in logs: no name, no e-mail address."""
        expires = int((clock.now() + self.lifetime).timestamp())
        return str(self._serializer().dumps([subject, expires, secrets.token_urlsafe(9)]))

    def read(self, token: str) -> _Opened:
        """What ``token`` holds. `LinkRefused` where it was not signed for this, or has expired."""
        serializer = self._serializer()
        try:
            payload = serializer.loads(token)
            # Base64 has several spellings of the same bytes; only ours is a link.
            if not compare_digest(str(serializer.dumps(payload)).encode(), token.encode()):
                raise BadData("another spelling")
        except (BadData, ValueError):
            raise LinkRefused(
                _l("This link is not valid: it may have lost a part on its way to you.")
            ) from None
        subject, expires, nonce = payload
        expires_at = datetime.fromtimestamp(expires, UTC)
        if expires_at <= clock.now():
            raise LinkRefused(_l("This link has expired."))
        mark = sha256(f"{self.purpose}:{nonce}".encode()).hexdigest()
        return _Opened(subject, expires_at, mark)

    def opens(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """Let ``view``, at an address with ``<token>``, be called with the ``subject`` of the token
        in its place, and be a public POST. Where the link holds once, that is noted in the
        transaction in which the view acts: of two at once, one comes through."""

        opened = self._opening(view)

        @wraps(view)
        def opened_without_session(*args: Any, **kwargs: Any) -> Any:
            response = opened(*args, **kwargs)
            response.headers["Referrer-Policy"] = "no-referrer"
            return response

        setattr(opened_without_session, PUBLIC_POST, True)
        return opened_without_session

    def opens_signed_in(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """As `opens`, but that what is sent asks for somebody who is signed in, and for the token
        of a form: ``view`` acts for ``g.actor``, who may be a visitor where the page is only read.
        `SignInRequired` leads those who are not signed in there and back. The address of the page
        is told to no other site, as of all pages: to this one it is, because with HTTPS the token
        of a form counts only where the browser says which page it was sent from."""
        opened = self._opening(view)

        @wraps(view)
        def opened_for_person(*args: Any, **kwargs: Any) -> Any:
            if request.method not in _SAFE and not g.actor.signed_in:
                raise SignInRequired(_l("Please sign in first, then open the link again."))
            return opened(*args, **kwargs)

        return opened_for_person

    def _opening(self, view: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(view)
        def opened(*args: Any, token: str, **kwargs: Any) -> Response:
            subject = self._opened(current_session(), token)
            response = make_response(view(*args, subject=subject, **kwargs))
            response.headers["Cache-Control"] = "no-store, private"
            response.headers["X-Robots-Tag"] = "noindex"
            return response

        return opened

    def _opened(self, session: Session, token: str) -> str:
        try:
            link = self.read(token)
        except LinkRefused:
            count_attempt("signed-link-refused", _WRONG, f"{client_network(ipv4=32, ipv6=64)}")
            raise
        if request.method not in _SAFE:
            count_attempt("signed-link", _RIGHT, link.mark)
            self.spend(session, link)
        elif self.once and session.get(SpentLink, link.mark) is not None:
            raise _used()
        return link.subject

    def spend(self, session: Session, link: _Opened) -> None:
        """Note with the transaction of ``session`` that ``link`` was used, where it holds once.
        `LinkRefused` where somebody was faster."""
        if not self.once:
            return
        row = {"mark": link.mark, "expires_at": link.expires_at}
        if insert_once(session, SpentLink, row, SpentLink.mark) is None:
            raise _used()

    def _serializer(self) -> URLSafeSerializer:
        return _serializer_of(current_app.config["SECRET_KEY"], f"eak.link.{self.purpose}")


@lru_cache(maxsize=64)
def _serializer_of(secret: str, salt: str) -> URLSafeSerializer:
    """Made once: a newsletter signs two links in each of very many letters."""
    return URLSafeSerializer(
        secret,
        salt=salt,
        signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
    )


def say_done(template: str, **values: Any) -> str:
    """Commit what a signed link has done, and answer the page that says so, made of ``template``
    and ``values``: nobody who has no session can be told on the next one."""
    session = current_session()
    session.commit()
    session.writes = False
    return render_template(template, **values)


def forget_spent(session: Session) -> None:
    """Delete what says of expired links that they were used."""
    session.execute(delete(SpentLink).where(SpentLink.expires_at <= clock.now()))


def init_signed_links(app: Flask) -> None:
    """Let ``app`` answer links that are refused, and take public POSTs without a session; call this
    after the gate, since what is off does not even leave a session, and before anything else that
    asks who is there."""
    app.register_error_handler(LinkRefused, lambda error: refuse(error, wording=_WORDING))
    app.before_request(_leave_session)


def is_public_post() -> bool:
    """Whether this request is one that a signature proves, and no session."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method not in _SAFE and hasattr(view, PUBLIC_POST)


def _leave_session() -> None:
    if is_public_post():
        leave_session()


def _used() -> LinkRefused:
    return LinkRefused(_l("This link was used already."))
