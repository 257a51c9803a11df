"""Forms.

What people fill in, and the one way to answer it.
"""

from eak_core.web.acts import (
    OnceForm,
    ReasonForm,
    attempt,
    finish,
    form_page,
    public_reason,
    reads_first,
)
from eak_core.web.drafts import draft, drop_draft, keep_draft
from eak_core.web.edits import EditForm, ensure_unchanged
from eak_core.web.fields import CheckboxesField, InstantField, Needed
from eak_core.web.forms import Form
from eak_core.web.queries import QueryForm, SearchForm
from eak_core.web.text import clean_line, clean_lines
from eak_core.web.typed import checked_text, checked_words

__all__ = [
    "CheckboxesField",
    "EditForm",
    "Form",
    "InstantField",
    "Needed",
    "OnceForm",
    "QueryForm",
    "ReasonForm",
    "SearchForm",
    "attempt",
    "checked_text",
    "checked_words",
    "clean_line",
    "clean_lines",
    "draft",
    "drop_draft",
    "ensure_unchanged",
    "finish",
    "form_page",
    "keep_draft",
    "public_reason",
    "reads_first",
]
