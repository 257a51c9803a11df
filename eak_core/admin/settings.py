"""The settings of a plugin in a service, as a page: the form, and what others saved meanwhile."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from wtforms import Field, Form, SubmitField
from wtforms.csrf.core import CSRFTokenField

from eak_core.db import Session
from eak_core.errors import Conflict, Invalid, NotFound
from eak_core.i18n import _, _l
from eak_core.permissions import Actor
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.per_service.settings import configure, stored_settings
from eak_core.services.models import Service

#: The version that the person had before their eyes. No field can have this name: WTForms takes
#: none that begins with an underscore.
SEEN = "_seen"
_VERSION = re.compile(r"[0-9]{1,9}")


class Difference(NamedTuple):
    """A setting that stands otherwise than what somebody typed."""

    label: str
    now: str
    typed: str


class SettingsPage:
    """The form with its values, the ``version`` they belong to, and the ``differences`` to what
    somebody else saved in between. `NotFound` for a plugin without settings."""

    def __init__(self, session: Session, service: Service, found: Installed) -> None:
        plugin = found.loaded
        if plugin is None or plugin.settings is None:
            raise NotFound(_l("This plugin has no settings."))
        self.name, self.title = found.name, found.title
        self.differences: list[Difference] = []
        self._session, self._service = session, service
        self._form_class: type[Form] = plugin.settings
        self._read()
        self.form = self._filled(None)

    def _read(self) -> None:
        stored = stored_settings(self._session, self._service.id, self.name)
        self.version, self._values = stored.version, stored.values

    def _filled(self, typed: MultiDict[str, str] | None) -> Form:
        return self._form_class(formdata=typed, data=dict(self._values))

    def save(self, actor: Actor, typed: MultiDict[str, str]) -> bool:
        """Save what was typed; False where the form says what to correct.

        `Conflict` where somebody else saved in between: `compare` then shows both.
        """
        self.form = self._filled(typed)
        seen = typed.get(SEEN, "")
        if not _VERSION.fullmatch(seen):
            raise BadRequest
        if not self.form.validate():
            return False
        values = {field.name: field.data for field in self.fields()}
        try:
            configure(self._session, actor, self._service, self.name, values, version=int(seen))
        except Invalid as refusal:
            self.form.form_errors.extend(str(reason) for reason in refusal.fields.values())
            return False
        return True

    def compare(self, refusal: Conflict) -> None:
        """Keep what was typed, ready to be saved over what stands there now, and show both."""
        self._read()
        self.form.form_errors.append(str(refusal))
        self.differences = [*self._compared(self._values)]

    def fields(self) -> Iterator[Field]:
        """The fields that are settings."""
        for field in self.form:
            if not isinstance(field, SubmitField | CSRFTokenField):
                yield field

    def _compared(self, values: Mapping[str, Any]) -> Iterator[Difference]:
        for field in self.fields():
            now = values.get(field.name)
            if now != field.data:
                label = str(field.label.text)
                yield Difference(label, _shown(field, now), _shown(field, field.data))


def _shown(field: Field, value: Any) -> str:
    """``value`` as people read it: the label of a choice, yes or no, or the value itself."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        return ", ".join(_shown(field, each) for each in value) or _("nothing")
    if value is None or value == "":
        return _("nothing")
    labels: dict[str, str] = {}
    for choice in getattr(field, "choices", None) or ():
        # A choice is an object with a label, a pair, or its own label.
        if isinstance(choice, tuple):
            labels[str(choice[0])] = str(choice[1])
        elif not isinstance(choice, str):
            labels[str(choice.value)] = str(choice.label)
    return labels.get(str(value), str(value))
