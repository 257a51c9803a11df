"""The form in which people say how they want to be told."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import SelectChoice, SelectField
from wtforms.validators import InputRequired

from eak_core.i18n import _l
from eak_core.notices.kinds import NoticeKind
from eak_core.notices.letters import letter_fields
from eak_core.notices.rhythms import USUAL, Rhythm
from eak_core.plugins.hooks.contributions import MailChoice
from eak_core.web.forms import Form

#: What each rhythm is called.
RHYTHMS: Mapping[Rhythm, Any] = {
    Rhythm.EACH: _l("A mail each time"),
    Rhythm.HOURLY: _l("A mail an hour at most"),
    Rhythm.DAILY: _l("A mail a day (at 8 in the morning)"),
    Rhythm.WEEKLY: _l("A mail a week (on Mondays at 8)"),
    Rhythm.SITE: _l("On this site only"),
    Rhythm.NEVER: _l("Not at all"),
}


def preferences_form(
    kinds: Sequence[NoticeKind], chosen: Mapping[str, Rhythm], letters: Sequence[MailChoice]
) -> Form:
    """A choice for each of ``kinds``, with what was ``chosen``, see `rhythms_in`; and for each of
    ``letters``, see `keep_letters`."""

    class PreferencesForm(Form):
        """How one wants to be told, kind by kind."""

    for kind in kinds:
        field = SelectField(
            kind.title,
            description=kind.summary,
            choices=[SelectChoice(each.value, title) for each, title in RHYTHMS.items()],
            default=chosen.get(kind.name, USUAL).value,
            validators=[InputRequired()],
        )
        setattr(PreferencesForm, _field_of(kind), field)
    for name, field in letter_fields(letters).items():
        setattr(PreferencesForm, name, field)
    return PreferencesForm()


def rhythms_in(form: Form, kinds: Sequence[NoticeKind]) -> dict[str, Rhythm]:
    """What was chosen in ``form``, by the kind."""
    return {kind.name: Rhythm(form[_field_of(kind)].data) for kind in kinds}


def _field_of(kind: NoticeKind) -> str:
    return kind.name.replace(".", "_").replace("-", "_")
