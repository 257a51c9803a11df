"""Two people who change the same organisation, offer or need at once: what neither of them wrote is
lost, on the page as in the database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.site import Site
from eak_matchmaking.organisations import members
from tests.plugins.matchmaking.conftest import Partners
from tests.plugins.matchmaking.resources import Resources

SAID = "Quelqu’un d’autre a modifié cela"


@dataclass
class Edited:
    """Something that two browsers change: its page, a text both write, a field one alone does."""

    path: str
    both: str
    other: str
    others: str
    stands: Callable[[str], Any]
    browsers: tuple[Browser, Browser]


def signed_in(site: Site, *people: Any) -> tuple[Browser, Browser]:
    first, second = site.browser(), site.browser()
    for browser, person in zip((first, second), people, strict=True):
        browser.sign_in(person)
    return first, second


@pytest.fixture(params=["organisation", "offer", "need"])
def edited(
    request: pytest.FixtureRequest, site: Site, partners: Partners, resources: Resources
) -> Edited:
    home, people = "/culture/partenaires", site.people
    if request.param == "organisation":
        made = partners.register()
        return Edited(
            f"{home}/{made.id}/modifier", "about", "site", "https://theirs.example",
            lambda name: getattr(partners.now(made.id), name),
            signed_in(site, people.citizen, people.manager),
        )  # fmt: skip
    if request.param == "offer":
        offer = resources.publish()
        colleague = people.add("Colleague")
        member = people.actor(colleague)
        with site.writing() as session:
            members.invite(
                session, resources.member, site.service,
                session.get_one(type(resources.organisation), resources.organisation.id),
                colleague.email or "", "member",
            )  # fmt: skip
            [invitation] = members.invited(session, resources.organisation.id)
            members.accept(session, member, site.service, invitation.id)
        return Edited(
            f"{home}/offres/{offer.id}/modifier", "details", "capacity", "5",
            lambda name: getattr(resources.now(offer), name),
            signed_in(site, resources.person, colleague),
        )  # fmt: skip
    need = resources.state()
    return Edited(
        f"{home}/besoins/{need.id}/modifier", "what", "kind", "equipment",
        lambda name: getattr(resources.now(need), name),
        signed_in(site, people.citizen, people.manager),
    )  # fmt: skip


def test_who_saves_second_loses_nothing_and_undoes_nothing(edited: Edited) -> None:
    first, second = edited.browsers
    theirs = first.read(edited.path).form(edited.path)
    mine = second.read(edited.path).form(edited.path)
    sent = theirs.filled({edited.both: "What they wrote.", edited.other: edited.others})
    assert first.post(edited.path, data=sent).status_code == 302

    answer = second.post(edited.path, data=mine.filled({edited.both: "What I wrote."}))
    assert answer.status_code == 409
    for words in (SAID, "What they wrote.", "What I wrote."):
        assert words in answer.text
    assert edited.stands(edited.both) == "What they wrote."

    again = Page(answer.text).form(edited.path)
    assert again.filled({})[edited.both] == ["What I wrote."]
    assert again.filled({})[edited.other] == [edited.others], "it would undo what they wrote"
    assert second.post(edited.path, data=again.filled({})).status_code == 302
    assert edited.stands(edited.both) == "What I wrote."
    assert str(edited.stands(edited.other)) == edited.others


def test_who_sends_the_same_twice_is_not_told_of_somebody_else(edited: Edited) -> None:
    browser, _other = edited.browsers
    form = browser.read(edited.path).form(edited.path)
    for _twice in range(2):
        sent = browser.post(edited.path, data=form.filled({edited.both: "Once."}))
        assert sent.status_code == 302
