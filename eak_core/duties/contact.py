"""Writing to whoever runs the site, without an account and without a mail program."""

import hmac

from flask import Blueprint, current_app, g, url_for
from wtforms import EmailField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from eak_core.config import Config
from eak_core.db import Session, current_session
from eak_core.errors import Invalid, Refused
from eak_core.i18n import _, _l
from eak_core.letters.outbox import enqueue_mail
from eak_core.people.mail.addresses import ADDRESS_LENGTH, normal_address
from eak_core.people.models import NAME_LENGTH, Person
from eak_core.web.acts import Answer, attempt, form_page
from eak_core.web.forms import Form
from eak_core.web.limits import limited

blueprint = Blueprint("contact", __name__)

#: The longest message, in characters.
MESSAGE_LENGTH = 5_000

#: What people write about, by the words of the form.
ABOUT = {
    "question": _l("A question about the site or one of its services"),
    "accessibility": _l("Something that I cannot read or use (accessibility)"),
    "data": _l("My personal data"),
    "other": _l("Something else"),
}


class ContactForm(Form):
    """A message to whoever runs the site."""

    about = RadioField(
        _l("What is it about?"),
        choices=[SelectChoice(word, title) for word, title in ABOUT.items()],
        validators=[InputRequired(_l("Choose what it is about: it reaches the right person."))],
    )
    message = TextAreaField(
        _l("Your message"),
        description=_l("Where it is about a page, say which one and what you tried to do there."),
        validators=[
            InputRequired(_l("Write your message.")),
            Length(max=MESSAGE_LENGTH),
        ],
    )
    name = StringField(
        _l("Your name"),
        validators=[Length(max=NAME_LENGTH)],
    )
    email = EmailField(
        _l("Your e-mail address"),
        description=_l("We answer there, and use it for nothing else."),
        validators=[
            InputRequired(_l("Please give an e-mail address, so that we can answer you.")),
            Length(max=ADDRESS_LENGTH),
        ],
    )


@blueprint.route("/contact", methods=["GET", "POST"])
@limited("contact", "3/minute;20/day")
def write() -> Answer:
    """Write to whoever runs the site."""
    session, config = current_session(), current_app.extensions["eak_config"]
    form = ContactForm(data=_known(session))
    return attempt(
        form,
        lambda: send_message(
            session,
            config,
            about=form.about.data,
            message=form.message.data or "",
            name=form.name.data or "",
            email=form.email.data or "",
        ),
        done=(
            _("Thank you. Your message is on its way, and we answer by e-mail."),
            url_for("contact.write"),
        ),
    ) or form_page("pages/contact.html", form, contact_email=config.contact_email)


def _known(session: Session) -> dict[str, str | None]:
    """What an account has said already."""
    person = session.get(Person, g.actor.person_id) if g.actor.person_id else None
    return {} if person is None else {"name": person.name, "email": person.email}


def send_message(
    session: Session, config: Config, *, about: str, message: str, name: str, email: str
) -> None:
    """Queue a message to whoever runs the site, which their mail program answers to ``email``; the
    same message only once. What is about personal data goes to the data protection officer.

    `Invalid` for what is no address, `Refused` where the site has none of its own.
    """
    to = config.data_protection_email if about == "data" else ""
    to = to or config.contact_email
    if not to:
        raise Refused(_l("This site has no address to write to yet: nothing was sent."))
    try:
        back = normal_address(email)
    except ValueError:
        said = _l("This is no e-mail address: check it for typing errors.")
        raise Invalid(_l("Your message was not sent."), {"email": said}) from None
    title = str(ABOUT[about])
    enqueue_mail(
        session,
        to=to,
        reply_to=back,
        subject=_("Message to %(site)s: %(about)s", site=config.site_name, about=title),
        text=_(
            "%(name)s writes by the contact page of %(site)s:\n\n%(text)s\n\n"
            "-- \nAnswering this mail answers them: %(address)s",
            name=name or _("Somebody"),
            site=config.site_name,
            text=message,
            address=back,
        ),
        dedupe_key=f"contact:{_digest(config, about, message, name, back)}",
    )


def _digest(config: Config, *words: str) -> str:
    # The key outlives the mail, which is wiped when it has left: it must not tell who wrote what.
    return hmac.new(config.secret_key.encode(), repr(words).encode(), "sha256").hexdigest()
