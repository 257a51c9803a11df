"""Answering a form: what is done stays and is said, what is refused leaves nothing but a reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import g, get_flashed_messages, render_template_string
from sqlalchemy import select, update
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from eak_core.db import current_session
from eak_core.errors import (
    Busy,
    Conflict,
    EakError,
    Forbidden,
    Gone,
    Invalid,
    Misconfigured,
    NotFound,
    Refused,
    TooMany,
)
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.permissions import Actor, SignInRequired
from eak_core.services.models import Service
from eak_core.web.acts import OnceForm, ReasonForm, attempt, finish, fragment, public_reason
from eak_core.web.forms import Form

BEFORE, AFTER = "Culture", "Renamed"
SIGNED_IN = Actor(person_id=1, confirmed=True)
TOLD = ("It is done.", "/there")


class Comment(OnceForm):
    body = TextAreaField("Text", [Length(max=100)])


@pytest.fixture
def whole(sites: Sites) -> Site:
    site = sites.make()
    assert site.service.name == BEFORE
    return site


@contextmanager
def asked(
    site: Site, method: str = "POST", actor: Actor = SIGNED_IN, **sent: Any
) -> Iterator[None]:
    """A request whose session may write, as it stands when a view begins."""
    with site.app.test_request_context("/", method=method, data=sent):
        g.actor, current_session().writes = actor, True
        yield


def form_of(kind: type[Form]) -> Form:
    return kind(meta={"csrf": False})


def rename(error: EakError | None = None) -> str:
    """Change a row, and fail afterwards where ``error`` says so."""
    current_session().execute(update(Service).values(name=AFTER))
    if error is not None:
        raise error
    return AFTER


def name(site: Site) -> str | None:
    with site.reading() as session:
        return session.scalar(select(Service.name).where(Service.id == site.service.id))


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_done_stays_and_is_said_on_the_page_it_leads_to(whole: Site) -> None:
    with asked(whole, reason="Why not"):
        answer = attempt(form_of(ReasonForm), rename, done=TOLD)
        assert answer is not None
        assert (answer.status_code, answer.location) == (302, "/there")
        assert get_flashed_messages(with_categories=True) == [("success", "It is done.")]
    assert name(whole) == AFTER


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_said_may_depend_on_what_was_done_and_be_a_whole_answer(whole: Site) -> None:
    with asked(whole, reason="Why not"):
        said = attempt(
            form_of(ReasonForm), rename, done=lambda new: (f"It is {new}.", f"/{new}", "info")
        )
        assert said is not None
        assert said.location == "/Renamed"
        assert get_flashed_messages(with_categories=True) == [("info", "It is Renamed.")]
        own = attempt(form_of(ReasonForm), rename, done=lambda new: Response(new, 201))
        assert own is not None
        assert own.status_code == 201


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Invalid("Not saved.", {"reason": "Say more."}), 422),
        (Invalid("Say more."), 422),
        (Conflict("Say more."), 409),
        (Refused("Say more."), 409),
    ],
)
def test_what_is_refused_leaves_nothing_and_the_form_says_why(
    whole: Site, refusal: EakError, status: int
) -> None:
    with asked(whole, reason="Why not"):
        form = form_of(ReasonForm)
        assert attempt(form, lambda: rename(refusal), done=TOLD) is None
        assert form.answer_status == status
        assert "Say more." in str(form.errors)
        assert get_flashed_messages() == []
        # Whatever the view still does, nothing of the act is saved with it.
        current_session().commit()
    assert name(whole) == BEFORE


RAISED = [
    Forbidden(),
    SignInRequired("Sign in."),
    NotFound(),
    Gone("It is gone."),
    TooMany("Wait."),
]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("refusal", RAISED, ids=lambda each: type(each).__name__)
def test_what_no_form_can_mend_gets_its_own_page_and_leaves_nothing(
    whole: Site, refusal: EakError
) -> None:
    with asked(whole, reason="Why not"):
        with pytest.raises(type(refusal)):
            attempt(form_of(ReasonForm), lambda: rename(refusal), done=TOLD)
        current_session().commit()
    assert name(whole) == BEFORE


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_form_shows_the_refusals_that_it_is_told_to_and_no_other(whole: Site) -> None:
    with asked(whole, reason="Why not"), pytest.raises(Refused):
        attempt(form_of(ReasonForm), lambda: rename(Refused("No.")), done=TOLD, shows=Invalid)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("refusal", RAISED, ids=lambda each: type(each).__name__)
def test_what_took_long_to_write_is_kept_whatever_is_refused(
    whole: Site, refusal: EakError
) -> None:
    with asked(whole, body="A long text."):
        form = form_of(Comment)
        assert attempt(form, lambda: rename(refusal), done=TOLD) is None
        assert form.answer_status == refusal.status
        assert form["body"].data == "A long text."
        assert str(refusal) in form.form_errors
    assert name(whole) == BEFORE


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("refusal", [Busy(), Misconfigured("no such folder")])
@pytest.mark.parametrize("kind", [ReasonForm, Comment])
def test_a_failure_that_is_nobodys_answer_is_shown_on_no_form(
    whole: Site, kind: type[Form], refusal: EakError
) -> None:
    with asked(whole, reason="Why not"), pytest.raises(type(refusal)):
        attempt(form_of(kind), lambda: rename(refusal), done=TOLD)


@pytest.mark.parametrize("database", ["sqlite"])
def test_whose_sign_in_has_run_out_finds_their_text_again_and_nothing_is_done(
    whole: Site,
) -> None:
    with asked(whole, actor=Actor.visitor(), body="A long text."):
        form = form_of(Comment)
        assert attempt(form, rename, done=TOLD) is None
        assert (form.answer_status, form["body"].data) == (403, "A long text.")
        assert form.form_errors == ["Votre connexion a pris fin."]
    assert name(whole) == BEFORE


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 422)])
def test_nothing_is_done_before_a_form_is_sent_and_in_order(
    whole: Site, method: str, status: int
) -> None:
    with asked(whole, method=method):
        form = form_of(ReasonForm)
        assert attempt(form, rename, done=TOLD) is None
        assert form.answer_status == status
    assert name(whole) == BEFORE


@pytest.mark.parametrize("database", ["sqlite"])
def test_each_page_has_a_key_and_a_form_that_is_refused_keeps_its_own(whole: Site) -> None:
    with asked(whole, method="GET"):
        first, second = form_of(Comment), form_of(Comment)
        assert isinstance(first, OnceForm)
        assert isinstance(second, OnceForm)
        assert first.key != second.key
        key = first.key
    with asked(whole, body="A text.", form_key=key):
        sent = form_of(Comment)
        assert isinstance(sent, OnceForm)
        assert attempt(sent, lambda: rename(Refused("No.")), done=TOLD) is None
        assert sent.key == key
        assert f'value="{key}"' in sent.form_key()
    with asked(whole, body="A text.", form_key="<script>"):
        assert attempt(form_of(Comment), rename, done=TOLD) is None


def test_a_button_commits_what_it_did_and_leads_on(whole: Site) -> None:
    with asked(whole):
        rename()
        answer = finish("It is done.", "/there", code=303)
        assert (answer.status_code, answer.location) == (303, "/there")
        assert get_flashed_messages(with_categories=True) == [("success", "It is done.")]
    assert name(whole) == AFTER


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_button_may_let_the_page_speak_for_itself(whole: Site) -> None:
    with asked(whole):
        rename()
        assert finish(None, "/there").location == "/there"
        assert get_flashed_messages() == []
    assert name(whole) == AFTER


def test_a_fragment_is_escaped_once(whole: Site) -> None:
    with asked(whole, method="GET"):
        page = render_template_string("{{ part }}", part=fragment("error_token.html"))
        assert "&lt;" not in page
        assert "<" in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_public_reason_says_what_it_is_told_to(whole: Site) -> None:
    class Cancel(Form):
        reason = public_reason("Voters read it.", missing="Voters will look for it.", rows=3)

    with asked(whole):
        form = form_of(Cancel)
        assert not form.validate()
        assert form["reason"].errors == ["Voters will look for it."]
        assert form["reason"].description == "Voters read it."
        assert 'rows="3"' in form["reason"]()
