"""What leaves the house: the outbox, and the mail that was written to files instead of sent."""

from flask import current_app, url_for
from sqlalchemy import select

from eak_core.admin.desk import blueprint
from eak_core.config import Config
from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.i18n import _, _l, ngettext
from eak_core.letters import mailbox, outbox
from eak_core.letters.deliverability import look
from eak_core.letters.dns import resolving
from eak_core.letters.inspection import (
    MOST_COUNTED,
    given_up_messages,
    next_messages,
    outbox_counts,
    receiver,
)
from eak_core.letters.models import TransportPause
from eak_core.letters.recipients import sender_header
from eak_core.web import render
from eak_core.web.acts import Answer, finish
from eak_core.web.pagination import cut, paginate


@blueprint.get("/courriels/", endpoint="outbox")
def show_outbox() -> Answer:
    """What waits to leave and what was given up."""
    session = current_session()
    return render(
        "admin/outbox.html",
        counts=outbox_counts(session),
        page=paginate(session, given_up_messages(), most=MOST_COUNTED),
        waiting=next_messages(session),
        most=MOST_COUNTED,
        pauses=session.scalars(select(TransportPause)).all(),
        receiver=receiver,
        in_files=_in_files(),
    )


@blueprint.post("/courriels/<int(max=9007199254740991):message_id>/reessayer")
def retry_message(message_id: int) -> Answer:
    """Let a message that was given up be tried again."""
    return _tried_again(outbox.retry(current_session(), message_id))


@blueprint.post("/courriels/reessayer")
def retry_all_messages() -> Answer:
    """Let every message that was given up be tried again."""
    return _tried_again(outbox.retry(current_session()))


@blueprint.get("/courriels/domaine", endpoint="deliverability")
def show_deliverability() -> Answer:
    """Whether mail of this site is believed to be its own, and what to ask for. The DNS is asked
    for a few seconds at most."""
    config = _config()
    return render(
        "admin/deliverability.html",
        checks=look(config, resolving()),
        domain=sender_header(config.mail_sender).domain,
    )


@blueprint.get("/courriels/boite")
def mailbox_index() -> Answer:
    """The mail that was written to files, the latest first."""
    folder = _config().mail_folder
    _check_files()
    page = cut(mailbox.numbers(folder))
    letters = mailbox.read_letters(folder, page.items)
    return render("admin/mailbox.html", page=page, letters=letters)


@blueprint.get("/courriels/boite/<int(max=9007199254740991):number>")
def letter(number: int) -> Answer:
    """One mail: to whom, about what, and its text. Its HTML part is shown as source only."""
    _check_files()
    found = mailbox.read_letter(_config().mail_folder, number)
    if found is None:
        raise NotFound(_l("There is no such mail."))
    return render("admin/letter.html", letter=found)


def _tried_again(messages: int) -> Answer:
    place = url_for(".outbox")
    if not messages:
        waits = _("Nothing had to be tried again: it has left, or waits for its next try.")
        return finish(waits, place, "info")
    said = ngettext(
        "%(num)s message is tried again within a moment.",
        "%(num)s messages are tried again within a moment.",
        messages,
    )
    return finish(said, place)


def _config() -> Config:
    config: Config = current_app.extensions["eak_config"]
    return config


def _in_files() -> bool:
    return _config().mail_url is None


def _check_files() -> None:
    if not _in_files():
        raise NotFound(_l("Mail is sent by a server here: there are no files to read."))
