"""Answering a form: one way to do what somebody asks for, and to say what became of it.

::

    @manage.route("/<int:tool_id>/masquer", methods=["GET", "POST"])
    def hide(tool_id: int) -> Answer:
        session, form = current_session(), ReasonForm()
        return attempt(
            form,
            lambda: hide_tool(session, g.actor, g.service, tool_id, form.reason.data),
            done=(_("The tool is hidden."), url_for("tools.index")),
        ) or form_page("tools/hide.html", form)
"""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

from flask import flash, g, redirect, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from eak_core.db import begin_writing, current_session
from eak_core.errors import Conflict, EakError, Invalid, Refused
from eak_core.i18n import _l
from eak_core.permissions import SignInRequired
from eak_core.web.forms import Form
from eak_core.web.text import REASON_LENGTH

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])

#: What a view answers.
Answer = str | Response | tuple[str, int]
#: What is said once something is done (None for nothing), and where its page is; the kind of
#: message where it is no success.
Done = tuple[Any, str] | tuple[Any, str, str]
Refusals = type[EakError] | tuple[type[EakError], ...]

#: What can be mended on the form: another answer, a look at what others did, a step before.
MENDABLE: Refusals = (Invalid, Conflict, Refused)


def reads_first(view: View) -> View:
    """Let the requests that ``view`` answers read until `attempt` comes to its act, for forms that
    very many send at once: on SQLite they wait for the writer's place only then, and hold it for
    the act alone::

        @blueprint.post("/<int:ballot_id>/vote")
        @reads_first
        def send(ballot_id: int) -> Answer: ...

    What the act depends on it reads anew, locked. A view that writes without `attempt` calls
    `begin_writing` before.
    """
    view.reads_first = True  # type: ignore[attr-defined]  # a function keeps what is put into it
    return view


def attempt(
    form: Form,
    act: Callable[[], T],
    *,
    done: Done | Callable[[T], Done | Response],
    shows: Refusals = MENDABLE,
) -> Response | None:
    """Do ``act`` once ``form`` was sent and is in order, commit, and lead on to ``done``: what is
    said and an address, or a function of what ``act`` answered that gives these or a whole answer.

    None where the page of the form is to be shown (`form_page`): nothing was sent yet, or something
    is to be corrected and the form says what, while nothing of the act has stayed. The form shows
    the refusals ``shows``; others are raised, and get the page of their status. A form that keeps
    what took long to write (`OnceForm`) shows each refusal of a person, also `SignInRequired` where
    their sign-in has run out.
    """
    if not form.is_submitted():
        return None
    session, keeps = current_session(), isinstance(form, OnceForm)
    try:
        if keeps and not g.actor.signed_in:
            raise SignInRequired(_l("You are no longer signed in."))
        if not form.validate():
            return None
        begin_writing(session)
        result = act()
        session.commit()
    except EakError as refusal:
        # What is shown instead is read: nobody who wants to write need wait for it.
        session.rollback()
        session.writes = False
        if not isinstance(refusal, EakError if keeps else shows) or refusal.status >= 500:
            raise
        form.refuse(refusal)
        return None
    told = done(result) if callable(done) else done
    return told if isinstance(told, Response) else _lead_on(*told)


def finish(message: Any, place: str, category: str = "success", *, code: int = 302) -> Response:
    """Commit what a button without a form has done, say ``message`` on the next page (in the
    ``category`` success, info, warning or danger; None where the page shows it anyway), and lead to
    the address ``place``, with the status ``code``."""
    current_session().commit()
    return _lead_on(message, place, category, code)


def form_page(template: str, form: Form, **values: Any) -> tuple[str, int]:
    """The page ``template`` with ``form`` and further ``values``, and the status that fits what
    became of the form: 200 before it was sent, 422 where an answer is wrong, else that of the
    refusal."""
    return render_template(template, form=form, **values), form.answer_status


def fragment(template: str, **values: Any) -> Markup:
    """A part of a page, such as what a slot shows: ``template`` with its ``values`` as `render`
    has them, and not escaped a second time."""
    return Markup(render_template(template, **values))  # noqa: S704 – a template's own output


def _lead_on(message: Any, place: str, category: str = "success", code: int = 302) -> Response:
    if message is not None:
        flash(str(message), category)
    return redirect(place, code)


class OnceForm(Form):
    """A form that makes something new out of what took long to write.

    Each page that shows it has a key of its own; kept with what was made (a column that is unique
    together with the author), it lets a form that is sent twice make it once. Whatever is refused,
    nothing that was typed is lost: see `attempt`.
    """

    form_key = HiddenField(
        default=lambda: str(uuid4()),
        validators=[Length(max=36), Regexp(r"^[0-9a-f-]{0,36}$")],
    )

    @property
    def key(self) -> str | None:
        """The key that was sent; None where there was none."""
        return self.form_key.data or None


def public_reason(
    description: Any = "",
    *,
    missing: Any = _l("Give a reason: it will be public, and readers will look for it."),
    **render_kw: Any,
) -> TextAreaField:
    """The field in which people say in public why they do something, with a ``description`` of who
    reads it; ``missing`` is said where they do not, ``render_kw`` goes to the input (``rows=4``).
    """
    return TextAreaField(
        _l("Public reason"),
        description=description,
        validators=[InputRequired(missing), Length(max=REASON_LENGTH)],
        render_kw=render_kw,
    )


class ReasonForm(Form):
    """Something is done for a public reason, and nothing else is asked."""

    reason = public_reason()
