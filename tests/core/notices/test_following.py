"""What is followed has a name and a page, whichever plugin it is of."""

from eak_core.kit.testing.site import Site
from eak_core.notices.following import things_named
from eak_core.permissions import Actor


def test_things_of_every_plugin_are_named_as_far_as_they_may_be_seen(site: Site) -> None:
    idea = site.submit("A roof that grows")
    asked = [f"idea:{idea.id}", "idea:999999", "nobodys.thing:1"]
    with site.app.test_request_context(), site.reading() as session:
        found = things_named(session, Actor.visitor(), site.service, asked)
    assert {name: str(each.label) for name, each in found.items()} == {asked[0]: idea.title}
