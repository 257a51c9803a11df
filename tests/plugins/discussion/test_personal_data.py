"""What a person gets a copy of, and what stays when their account is erased."""

import pytest

from eak_core.errors import EakError
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.permissions import Actor
from eak_discussion.comments import edit_comment, hide_comment, restore_comment
from eak_discussion.counts import counts
from tests.plugins.discussion.conftest import Talk


def test_the_copy_has_every_comment_hidden_ones_and_those_of_services_where_it_is_off(
    site: Site, talk: Talk, citizen: Actor, manager: Actor
) -> None:
    talk.say("In the open.")
    talk.act(hide_comment, manager, talk.say("Hidden."), "An insult.")
    talk.say("Of somebody else.", author=manager)
    site.disable("discussion")
    with site.reading() as session:
        assert citizen.person_id is not None
        copy = export_person(session, citizen, citizen.person_id)
    said = copy["plugins"]["discussion"]["comments"]
    assert [each["body"] for each in said] == ["In the open.", "Hidden."]


def test_erased_people_leave_their_comments_without_a_name(
    site: Site, talk: Talk, citizen: Actor, manager: Actor, client: Browser
) -> None:
    comment = talk.say("Words that stay.")
    hidden = talk.say("Words that go.", "against")
    talk.act(hide_comment, manager, hidden, "An insult.")
    site.drain()
    before = client.get(talk.path)
    assert "Camille Citizen" in before.text
    with site.writing() as session:
        assert citizen.person_id is not None
        erase_person(session, Actor.system(), citizen.person_id)
    site.drain()
    page = client.get(talk.path, headers={"If-None-Match": before.headers["ETag"]})
    assert page.status_code == 200, "the page without the name is not the one the browser keeps"
    assert "Words that stay." in page.text
    assert "Camille Citizen" not in page.text
    assert talk.now(comment).author_id is None
    assert talk.now(hidden).body == ""
    talk.act(restore_comment, manager, hidden, "A mistake.")
    assert "Words that go." not in client.get(talk.path).text
    site.drain()
    with site.reading() as session:
        assert counts(session, site.service.id, [talk.idea.id])[talk.idea.id].total == 1


def test_an_erased_author_can_no_longer_change_anything(
    site: Site, talk: Talk, people: People, citizen: Actor
) -> None:
    comment = talk.say("Words.")
    with site.writing() as session:
        erase_person(session, Actor.system(), people.citizen.id)
    with pytest.raises(EakError):
        talk.act(edit_comment, citizen, comment, body="Other words.", stance="for")
    assert talk.now(comment).body == "Words."
