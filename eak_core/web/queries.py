"""Forms that are sent by GET: what a reader asks a list for stands in its address, which can be
kept and handed on."""

from typing import Any

from flask import request
from wtforms import StringField
from wtforms.validators import Length

from eak_core.i18n import _l
from eak_core.web.forms import Form

#: Of the words that somebody looks for, in characters.
LONGEST_SEARCH = 100


class QueryForm(Form):
    """What a reader asks for in the address of the page. It changes nothing, so it carries no
    token; fields are called as the address shows them, and hold what stands there."""

    class Meta(Form.Meta):
        """As of every form, without the token."""

        csrf = False

    def __init__(self, **values: Any) -> None:
        super().__init__(formdata=request.args, **values)


class SearchForm(QueryForm):
    """The words that a reader looks for, in ``q``; a list with filters adds its own fields. The
    macro ``search_form`` shows it."""

    q = StringField(_l("What are you looking for?"), validators=[Length(max=LONGEST_SEARCH)])

    @property
    def text(self) -> str:
        """What to look for; empty where nothing was typed, or something that cannot be asked."""
        return (self.q.data or "") if self.validate() else ""
