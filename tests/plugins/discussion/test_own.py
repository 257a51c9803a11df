"""One's own page: what somebody said, as long as others may read it where it stands."""

import pytest

from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_discussion.comments import withdraw_comment
from tests.plugins.discussion.conftest import Talk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def test_it_leads_to_ones_latest_comments(site: Site) -> None:
    talk = Talk(site, site.submit("A tool library"))
    citizen = site.people.actor(site.people.citizen)
    talk.say("Somebody else said this.", author=site.people.actor(site.people.agent))
    said = [talk.say(f"Comment number {number}.") for number in range(7)]
    talk.act(withdraw_comment, citizen, said[6])
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    text = browser.get("/compte/").text
    shown = [number for number in range(7) if f"Comment number {number}." in text]
    assert shown == [1, 2, 3, 4, 5]
    assert "Somebody else" not in text
    link = f"/culture/discussion/commentaires/{said[5].id}"
    assert f'href="{link}"' in text
    assert browser.get(link).status_code == 302
    with site.writing() as session:
        manager = site.people.actor(site.people.manager)
        hide(session, manager, site.service, f"idea:{talk.idea.id}", "It names a person.")
    assert "Comment number" not in browser.get("/compte/").text
