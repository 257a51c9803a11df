"""The form in which whoever takes part in a matching round puts the others in order."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange, Optional

from eak_core.api import Form, Invalid, _, _l
from eak_matchmaking.matching.declaring import MOST_NAMED


class Row(NamedTuple):
    """One who can be named: how it is called, its page, and its two fields."""

    name: str
    url: str
    place: Any
    refused: Any


class WishForm(Form):
    """A place in the order, or a refusal, for each who takes part: `wish_form` adds ``place_<id>``
    and ``refused_<id>``."""

    _known: Sequence[int] = ()

    def rows(self, names: Mapping[int, tuple[str, str]]) -> list[Row]:
        """Each who can be named, with the name and the address that ``names`` gives it."""
        return [
            Row(*names[each], self[f"place_{each}"], self[f"refused_{each}"])
            for each in self._known
        ]

    def wishes(self) -> tuple[Sequence[int], Sequence[int]]:
        """The order, the best liked first, and those that are refused. `Invalid` where two have one
        place."""
        places = {each: self[f"place_{each}"].data for each in self._known}
        placed = [each for each in self._known if places[each]]
        taken: dict[int, int] = {}
        for each in placed:
            if places[each] in taken:
                said = _("Two have place %(place)s: only one can.", place=places[each])
                raise Invalid(_l("Nothing was changed."), {f"place_{each}": said})
            taken[places[each]] = each
        order = sorted(placed, key=lambda each: places[each])
        refused = [each for each in self._known if self[f"refused_{each}"].data]
        both = next((each for each in order if each in refused), None)
        if both is not None:
            said = _("Give it a place, or refuse it: not both.")
            raise Invalid(_l("Nothing was changed."), {f"place_{both}": said})
        return order, refused


def wish_form(names: Mapping[int, tuple[str, str]], declared: Mapping[int, int]) -> WishForm:
    """The form for those of ``names``, showing what was ``declared`` before: places, 0 for those
    that are refused."""
    fields: dict[str, Any] = {"_known": tuple(names)}
    for each, (name, _url) in names.items():
        place = declared.get(each)
        fields[f"place_{each}"] = IntegerField(
            _("Place of “%(name)s”", name=name),
            default=place or None,
            validators=[Optional(), NumberRange(min=1, max=MOST_NAMED)],
        )
        fields[f"refused_{each}"] = BooleanField(
            _("Not at all: “%(name)s”", name=name), default=place == 0
        )
    form: WishForm = type("WishForm", (WishForm,), fields)()
    return form
