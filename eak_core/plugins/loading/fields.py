"""The fields of a plugin's settings form, as values that are kept as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from wtforms import (
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    FileField,
    FloatField,
    Form,
    FormField,
    IntegerField,
    SelectMultipleField,
    SubmitField,
    TimeField,
)
from wtforms.csrf.core import CSRFTokenField

from eak_core.plugins.loading.manifest import ManifestError

#: What a field's value is in Python, where JSON would not keep it. The first that fits counts.
_TYPES: tuple[tuple[type[Field], Any], ...] = (
    (BooleanField, bool),
    (DateField, date | None),
    (TimeField, time | None),
    (DateTimeField, datetime | None),  # the two above are kinds of it
    (DecimalField, Decimal | None),
    (FloatField, float | None),
    (IntegerField, int | None),
    (SelectMultipleField, list[Any]),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its type in Python, and what it is while nobody has saved another."""

    kind: Any
    initial: Any

    @property
    def default(self) -> Any:
        """The default of its field; one that is a function is asked each time."""
        return self.initial() if callable(self.initial) else self.initial


def schema(form: type[Form]) -> Mapping[str, Setting]:
    """The settings that a form class declares. `ManifestError` for a field that cannot be kept."""
    known = _schemas.get(form)
    if known is None:
        known = _schemas[form] = MappingProxyType(dict(_settings(form)))
    return known


# Making a form costs more than reading the settings it declares.
_schemas: WeakKeyDictionary[type[Form], Mapping[str, Setting]] = WeakKeyDictionary()


def _settings(form: type[Form]) -> Iterator[tuple[str, Setting]]:
    for field in form(formdata=None, meta={"csrf": False}):
        if isinstance(field, SubmitField | CSRFTokenField):
            continue
        if isinstance(field, FileField | FormField):
            raise ManifestError(f"setting {field.name!r}: {type(field).__name__} cannot be kept")
        kind = next((kind for cls, kind in _TYPES if isinstance(field, cls)), Any)
        yield field.name, Setting(kind, field.default if callable(field.default) else field.data)


def restored(setting: Setting, value: Any) -> Any:
    """``value``, read from JSON, as the field gave it. A field whose type changed between two
    versions of the plugin falls back to its default."""
    try:
        return msgspec.convert(value, setting.kind, strict=False)
    except msgspec.ValidationError:
        return setting.default
