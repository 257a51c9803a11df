"""What plugins write to a person, chosen on the page where they say how they are told."""

from collections.abc import Sequence

from wtforms import SelectChoice, SelectField
from wtforms.validators import InputRequired

from eak_core.db import Session
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import MailChoice
from eak_core.plugins.loading.host import get_host
from eak_core.services.links import where_on
from eak_core.web.forms import Form

_HOOK = "mail_choices"


def letters_of(session: Session, actor: Actor) -> list[MailChoice]:
    """What ``actor`` gets by mail in the services that they may read, plugin by plugin."""
    on = where_on(session, actor, _HOOK)
    answers = get_host().call_each(
        _HOOK,
        {plugin for plugin, _slug in on},
        session=session,
        person_id=actor.person_id,
        actor=actor,
    )
    return [each for owner, found in answers for each in found if (owner, each.service_slug) in on]


def letter_fields(letters: Sequence[MailChoice]) -> dict[str, SelectField]:
    """A choice for each of ``letters``, for the form of preferences."""
    return {
        _field_of(place): SelectField(
            each.title,
            description=each.summary,
            choices=[SelectChoice(word, title) for word, title in each.choices.items()],
            default=each.chosen,
            validators=[InputRequired()],
        )
        for place, each in enumerate(letters)
    }


def keep_letters(form: Form, letters: Sequence[MailChoice]) -> None:
    """Keep what was chosen otherwise than it was."""
    for place, each in enumerate(letters):
        word = form[_field_of(place)].data
        if word != each.chosen:
            each.keep(word)


def _field_of(place: int) -> str:
    return f"letter_{place}"
