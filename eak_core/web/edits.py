"""Forms that change what stands already, which somebody else may change meanwhile.

::

    @blueprint.route("/<int:tool_id>/modifier", methods=["GET", "POST"])
    def edit(tool_id: int) -> Answer:
        session, tool = current_session(), tool_of(current_session(), g.service, tool_id)
        form = ToolForm.showing(said(tool))
        return attempt(
            form,
            lambda: edit_tool(session, g.actor, tool, form.terms(), seen=form.seen.data),
            done=(_("Your changes are public."), url_for("tools.index")),
        ) or form_page("tools/edit.html", form)

The page carries a mark of each value that it shows. The domain function holds the row, and calls
`ensure_unchanged` with these marks and with what stands now before it writes. Where somebody else
was faster nothing is written, and the form comes again by itself: with all that the person typed;
beside each field that both have changed, what stands now; and what stands now in the fields that
this person has not touched. So nobody's text is lost, neither by one who saves nor by one who did
not look.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Self

from wtforms import Field, HiddenField
from wtforms.validators import Length

from eak_core.errors import Conflict, EakError
from eak_core.i18n import _, _l
from eak_core.web.acts import OnceForm

#: Of the marks of a form, in characters: some forty fields.
MOST_MARKS = 2_000


class ChangedMeanwhile(Conflict):
    """What a form is to change does not stand as it was shown; ``now`` is what stands, by the names
    of the form's fields."""

    def __init__(self, now: Mapping[str, Any]) -> None:
        super().__init__(
            _l(
                "Somebody else has changed this while you were writing. Nothing of yours is saved"
                " yet, and all of it is still here. Where both of you have written, what stands now"
                " is shown beside it; everywhere else the form shows what stands now. Save again to"
                " keep what the form says."
            )
        )
        self.now = now


def ensure_unchanged(seen: str | None, now: Mapping[str, Any]) -> None:
    """Return where what stands ``now`` (values by the names of a form's fields, held until the
    transaction ends) is what a form has ``seen``, or where no form is asked (None).
    `ChangedMeanwhile`, a `Conflict`, otherwise, which an `EditForm` shows. What is to be written
    all the same, such as what was sent twice, is written without asking."""
    if seen is not None and _read(seen) != _marks(now):
        raise ChangedMeanwhile(now)


class EditForm(OnceForm):
    """A form whose values somebody else may change while it is open; also one that makes something
    new. See `eak_core.web.edits`."""

    seen = HiddenField(validators=[Length(max=MOST_MARKS)])

    @classmethod
    def showing(cls, now: Mapping[str, Any] | None) -> Self:
        """The form with what stands ``now``, by the names of its fields, until something was typed;
        None for something new."""
        return cls(data=None if now is None else {**now, "seen": _written(now)})

    def refuse(self, refusal: EakError) -> int:
        """As `Form.refuse`; shows what stands now where that is why."""
        if isinstance(refusal, ChangedMeanwhile):
            self._compare(refusal.now)
        return super().refuse(refusal)

    def _compare(self, now: Mapping[str, Any]) -> None:
        """Keep what was typed, ready to be saved over what stands ``now``."""
        seen, marks = _read(self.seen.data or ""), _marks(now)
        for field in self:
            if field.name not in seen and field.name not in marks:
                continue
            typed = _mark(field.data)
            if typed == seen.get(field.name, _NOTHING):
                # Nobody typed that: it would undo what the other one has written.
                field.raw_data, field.data = None, now.get(field.name)
            elif typed != marks.get(field.name, _NOTHING) != seen.get(field.name, _NOTHING):
                stand_beside(field, now.get(field.name))
                self.add_errors({field.name: _("Somebody else has changed this, too.")})
        self.seen.data = _written(now)


def stand_beside(field: Field, value: Any) -> None:
    """Let the macro `field` show ``value`` beside a field, as what stands now."""
    field.stands_now = shown_value(field, value)


def shown_value(field: Field, value: Any) -> str:
    """``value`` of a field as people read it: the label of a choice, yes or no, or the value
    itself."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        return ", ".join(shown_value(field, each) for each in value) or _("nothing")
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


def _mark(value: Any) -> str:
    """A mark that two values share where a form shows them alike, whatever their order."""
    several = isinstance(value, list | tuple | set | frozenset)
    text = "\0".join(sorted(map(str, value))) if several else "" if value is None else str(value)
    return sha256(text.encode()).hexdigest()[:12]


_NOTHING = _mark(None)


def _marks(values: Mapping[str, Any]) -> dict[str, str]:
    """The marks of all ``values`` that are something: what is empty and what is not there are
    alike."""
    marks = {name: _mark(value) for name, value in values.items()}
    return {name: mark for name, mark in marks.items() if mark != _NOTHING}


def _written(values: Mapping[str, Any]) -> str:
    return " ".join(f"{name}:{mark}" for name, mark in sorted(_marks(values).items()))


def _read(seen: str) -> dict[str, str]:
    pairs = (pair.rpartition(":") for pair in seen.split())
    return {name: mark for name, _colon, mark in pairs}
