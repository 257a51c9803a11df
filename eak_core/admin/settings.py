"""The settings of a plugin in a service, as a page: the form, and what others saved meanwhile."""

import re
from collections.abc import Iterator

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from wtforms import Field, Form, SubmitField
from wtforms.csrf.core import CSRFTokenField

from eak_core.db import Session
from eak_core.errors import Conflict, Invalid, NotFound
from eak_core.i18n import _l
from eak_core.permissions import Actor
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.per_service.settings import configure, stored_settings
from eak_core.services.models import Service
from eak_core.web.edits import stand_beside

#: The version that the person had before their eyes. No field can have this name: WTForms takes
#: none that begins with an underscore.
SEEN = "_seen"
_VERSION = re.compile(r"[0-9]{1,9}")


class SettingsPage:
    """The form with its values, and the ``version`` they belong to. `NotFound` for a plugin without
    settings."""

    def __init__(self, session: Session, service: Service, found: Installed) -> None:
        plugin = found.loaded
        if plugin is None or plugin.settings is None:
            raise NotFound(_l("This plugin has no settings."))
        self.name, self.title = found.name, found.title
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
        for field in self.fields():
            if self._values.get(field.name) != field.data:
                stand_beside(field, self._values.get(field.name))

    def fields(self) -> Iterator[Field]:
        """The fields that are settings."""
        for field in self.form:
            if not isinstance(field, SubmitField | CSRFTokenField):
                yield field
