"""What shows nothing is empty, wherever words are needed; what stands unseen within words stays."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.errors import Invalid
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.describing.criteria import change_criterion, criteria_of
from eak_core.ideas.describing.opening import create_service
from eak_core.ideas.describing.subjects import add_subject
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Origin, Proposal, edit_idea, import_idea, submit_idea
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_core.visible import says_something, trimmed
from eak_core.web.text import clean_line, clean_lines

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

NOTHING = (
    "\u200b", "\u2060", "\u00ad", "\u3164", "\u2800", "\ufeff", "\u200d", "\ufe0f", "\u034f",
    "\u115f\u1160", "\uffa0", "\u180e", "\u00a0", "\u0301", "\U000e0041", " \n\u200b\u2060 ",
)  # fmt: skip


@pytest.mark.parametrize("text", NOTHING, ids=ascii)
def test_what_shows_nothing_says_nothing(text: str, database: str) -> None:
    assert not says_something(text)
    assert (clean_line(text), clean_lines(text)) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "!",
        "👩‍🌾",
        "❤️",
        "1️⃣",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "می‌خواهم",
        "cou\u00adleur",
        "한글",
        "ᠮᠣᠩᠭᠣᠯ\u180b",
        "\ue000",
    ],
)
def test_what_stands_unseen_within_words_and_emoji_stays(text: str, database: str) -> None:
    assert says_something(text)
    assert clean_line(text) == clean_lines(text) == text


def test_the_ends_of_a_text_lose_what_shows_nothing(database: str) -> None:
    assert trimmed("\ufeff \u200bUn toit\u2060\u3164 \n") == "Un toit"


def _submit(site: Site, text: str) -> Any:
    with site.writing() as session:
        return submit_idea(session, _citizen(site), site.service, Proposal(text, text, text))


def _edit(site: Site, text: str) -> Any:
    idea = site.submit()
    with site.writing() as session:
        return edit_idea(
            session, _citizen(site), site.service, session.get_one(Idea, idea.id),
            Proposal("Un toit", "Un problème.", text),
        )  # fmt: skip


def _import(site: Site, text: str) -> Any:
    with site.writing() as session:
        return import_idea(
            session, Actor.system(), site.service, Proposal(text), Origin("decidim", "v/1"),
            site.submit().submitted_at,  # type: ignore[arg-type]  # a submitted idea has a date
        )  # fmt: skip


def _hide(site: Site, text: str) -> Any:
    with site.writing() as session:
        return hide(session, _manager(site), site.service, "idea:1", text)


def _reject(site: Site, text: str) -> Any:
    idea = site.submit()
    with site.writing() as session:
        return change_stage(
            session, _manager(site), site.service, frozenset(), session.get_one(Idea, idea.id),
            "screening", text,
        )  # fmt: skip


def _subject(site: Site, text: str) -> Any:
    with site.writing() as session:
        return add_subject(session, _manager(site), site.service, text)


def _service(site: Site, text: str) -> Any:
    with site.writing() as session:
        return create_service(session, Actor.system(), "neuf", text)


def _citizen(site: Site) -> Actor:
    return site.people.actor(site.people.citizen)


def _manager(site: Site) -> Actor:
    return site.people.actor(site.people.manager)


@pytest.mark.parametrize(
    "act",
    [_submit, _edit, _import, _hide, _reject, _subject, _service],
    ids=lambda act: act.__name__,
)
def test_no_act_takes_what_shows_nothing_for_words(
    site: Site, act: Callable[[Site, str], Any], database: str
) -> None:
    with pytest.raises(Invalid):
        act(site, "\u3164\u200b\u2060")
    assert act(site, "Une raison\u200b").__class__ is not None


def test_a_criterion_that_has_no_usual_name_needs_one_that_can_be_read(
    site: Site, database: str
) -> None:
    manager = _manager(site)
    with site.writing() as session:
        criterion = criteria_of(session, site.service.id)[0]
        criterion.code = "ours"
        session.flush()
        with pytest.raises(Invalid):
            change_criterion(
                session, manager, site.service, criterion.id,
                name="\u2800", question="", weight=1, archived=False,
            )  # fmt: skip


def test_the_form_of_an_idea_comes_back_where_its_title_shows_nothing(
    site: Site, database: str
) -> None:
    browser, form = site.browser(), f"/{site.service.slug}/idees/nouvelle"
    browser.sign_in(site.people.citizen)
    answer = browser.submit(
        form,
        "/nouvelle",
        title="\u200b\u3164",
        problem="Un problème.",
        body="Un texte.",
    )
    shown = browser.read(answer.location.replace("/ecrire/details", "/soumettre"))
    assert "un titre" in shown.text
    last = shown.form("/soumettre")
    assert browser.post(last.action, data=last.filled({})).status_code == 422
    with site.reading() as session:
        assert session.scalars(select(Idea.stage)).all() == ["draft"]
