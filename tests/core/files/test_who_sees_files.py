"""A file is seen by those who may see what it belongs to, and by nobody else."""

from functools import cache
from types import ModuleType
from typing import Any

import pytest

from eak_core.api import (
    FileHolder,
    Plugin,
    PluginBlueprint,
    attach_files,
    hookimpl,
    stage_file,
)
from eak_core.events.core import get_event_core
from eak_core.events.scheduling import begin_all
from eak_core.files.models import StoredFile
from eak_core.ideas.deciding.transitions import withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.uploads import a_document, a_picture
from eak_core.moderation.decisions import hide, restore
from eak_core.permissions import Actor
from eak_core.plugins.per_service.purge import purge
from tests.core.files.sending import PAGE, addresses, describe_all, files, submit
from tests.proposing import begin

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NOBODYS = "private, no-cache"


@cache
def shelf() -> ModuleType:
    """A plugin with tools, of which number 7 is public, and number 8 the business of agents."""
    module = ModuleType("shelf")
    plugin = Plugin(name="shelf", title="Shelf", core=">=0.1,<1")
    pages = PluginBlueprint(plugin, module.__name__)
    pages.add_url_rule("/<int:tool_id>", "tool", str)

    def file_holder(subject: str, actor: Actor) -> FileHolder | None:
        number = int(subject.removeprefix("tool:"))
        if number == 9:
            raise RuntimeError("broken")
        if number == 7 or actor.agent:
            return FileHolder("shelf.tool", {"tool_id": number}, public=number == 7)
        return None

    module.plugin = plugin  # type: ignore[attr-defined]  # what a plugin's module holds
    module.file_holder = hookimpl(file_holder)  # type: ignore[attr-defined]
    return module


@pytest.fixture
def plugins() -> list[ModuleType]:
    return [shelf()]


@pytest.fixture
def shown(site: Site, author: Browser) -> list[str]:
    """The addresses of the files of a public idea."""
    submit(author, files=[a_picture(), a_document()])
    describe_all(author, site)
    return addresses(site.browser().get(PAGE).text)


def statuses(browser: Browser, of: list[str]) -> set[int]:
    answers = [browser.get(address) for address in of]
    for answer in answers:
        if answer.status_code == 404:
            # Nothing in between may keep that it is gone, or that it was there.
            assert answer.headers["Cache-Control"] == "no-store"
    return {answer.status_code for answer in answers}


def signed_in(site: Site, person: Any) -> Browser:
    browser = site.browser()
    browser.sign_in(person)
    return browser


def test_files_of_a_hidden_idea_are_gone_for_all_but_its_moderators_and_come_back_with_it(
    site: Site, shown: list[str], manager: Actor, people: Any
) -> None:
    with site.writing() as session:
        hide(session, manager, site.service, "idea:1", "Insulting.")
    assert statuses(site.browser(), shown) == {404}
    assert statuses(signed_in(site, people.citizen), shown) == {404}
    desk = signed_in(site, people.manager)
    assert statuses(desk, shown) == {200}
    assert {desk.get(each).headers["Cache-Control"] for each in shown} == {NOBODYS}
    assert addresses(desk.get("/culture/gestion/idees/1/retablir").text) == shown
    with site.writing() as session:
        restore(session, manager, site.service, "idea:1", "It was not.")
    assert statuses(site.browser(), shown) == {200}


def test_files_of_a_withdrawn_idea_are_gone_for_everybody(
    site: Site, shown: list[str], citizen: Actor, people: Any
) -> None:
    with site.writing() as session:
        idea = session.get_one(Idea, 1)
        withdraw_idea(session, citizen, site.service, frozenset(), idea, "It exists.")
    for browser in (site.browser(), signed_in(site, people.manager)):
        assert statuses(browser, shown) == {404}


def test_files_of_a_draft_are_seen_by_its_author_alone_and_go_with_it(
    site: Site, author: Browser, people: Any
) -> None:
    author.submit(f"{begin(author)}/ecrire/lieu", "/lieu", files=[a_picture()])
    describe_all(author, site)
    of = addresses(author.get("/culture/idees/1/ecrire/lieu").text)
    assert statuses(author, of) == {200}
    assert {author.get(each).headers["Cache-Control"] for each in of} == {NOBODYS}
    assert statuses(site.browser(), of) == {404}
    assert statuses(signed_in(site, people.manager), of) == {404}
    author.submit(PAGE, "/supprimer")
    assert statuses(author, of) == {404}
    assert files(site) == []


def test_a_picture_that_nobody_described_is_seen_by_who_sent_it_alone(
    site: Site, author: Browser, people: Any
) -> None:
    submit(author, files=[a_picture()])
    of = addresses(author.get("/culture/idees/1/fichiers").text)
    assert statuses(author, of) == {200}
    assert statuses(site.browser(), of) == {404}
    assert statuses(signed_in(site, people.manager), of) == {404}


def test_files_of_an_internal_service_are_for_those_who_read_it(
    site: Site, people: Any, agent: Actor
) -> None:
    inside = site.add_service("dedans", "Dedans", audience="internal")
    site.submit(service=inside, author=agent)
    with site.writing() as session:
        attach_files(session, agent, inside, "ideas", "idea:1", [stage_file(a_document().content)])
    (file,) = files(site)
    address = f"/dedans/fichiers/{file.token}/document.pdf"
    assert statuses(site.browser(), [address]) == {404}
    assert statuses(signed_in(site, people.citizen), [address]) == {404}
    answer = signed_in(site, people.agent).get(address)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, NOBODYS)


def test_an_address_that_is_not_exactly_this_one_has_nothing(site: Site, author: Browser) -> None:
    site.add_service("autre", "Autre")
    submit(author, files=[a_document()])
    (address,) = addresses(site.browser().get(PAGE).text)
    assert statuses(site.browser(), [address]) == {200}
    others = [
        address.replace("/culture/", "/autre/"),
        address.replace("/document.pdf", "/960.webp"),
        address.replace("/document.pdf", "/..%2fdocument.pdf"),
        address.replace("/document.pdf", "/"),
        address.replace("fichiers/", "fichiers/0"),
    ]
    assert statuses(site.browser(), others) == {404}


def attached(site: Site, actor: Actor, subject: str) -> str:
    """The address of a document that a plugin attached."""
    with site.writing() as session:
        staged = stage_file(subject.encode().join([a_document().content, b"%%EOF"]))
        attach_files(session, actor, site.service, "shelf", subject, [staged])
        (file,) = session.query(StoredFile).all()
        return f"/culture/fichiers/{file.token}/document.pdf"


def test_a_plugin_says_who_sees_the_files_of_its_own_things(
    site: Site, agent: Actor, people: Any
) -> None:
    site.enable("shelf")
    address = attached(site, agent, "tool:8")
    assert statuses(site.browser(), [address]) == {404}
    assert statuses(signed_in(site, people.citizen), [address]) == {404}
    assert statuses(signed_in(site, people.agent), [address]) == {200}


def test_a_file_is_at_no_address_of_another_service(site: Site, agent: Actor) -> None:
    other = site.add_service("autre", "Autre")
    for service in (site.service, other):
        site.enable("shelf", service=service)
    address = attached(site, agent, "tool:7")
    assert statuses(site.browser(), [address]) == {200}
    assert statuses(site.browser(), [address.replace("/culture/", "/autre/")]) == {404}


def test_files_of_a_plugin_that_is_off_are_there_for_nobody(site: Site, agent: Actor) -> None:
    site.enable("shelf")
    address = attached(site, agent, "tool:7")
    assert statuses(site.browser(), [address]) == {200}
    site.disable("shelf")
    assert statuses(site.browser(), [address]) == {404}
    site.enable("shelf")
    assert statuses(site.browser(), [address]) == {200}


@pytest.mark.parametrize(
    ("owner", "subject"), [("shelf", "tool:9"), ("ideas", "tool:7"), ("nobody", "tool:7")]
)
def test_nothing_is_attached_to_what_nobody_answers_for(
    site: Site, agent: Actor, owner: str, subject: str
) -> None:
    site.enable("shelf")
    with pytest.raises(Exception, match=r"existe pas|not exist"), site.writing() as session:
        staged = stage_file(a_document().content)
        attach_files(session, agent, site.service, owner, subject, [staged])
    assert files(site) == []


def test_files_of_a_plugin_that_was_purged_go_at_the_next_upkeep_and_later_ones_stay(
    site: Site, agent: Actor, clock: FrozenClock
) -> None:
    site.enable("shelf")
    attached(site, agent, "tool:7")
    site.disable("shelf")
    clock.advance(hours=1)
    with site.writing() as session:
        purge(session, Actor.system(), "shelf")
    clock.advance(hours=1)
    site.enable("shelf")
    with site.writing() as session:
        later = stage_file(a_document(words=b"later").content)
        attach_files(session, agent, site.service, "shelf", "tool:7", [later])
        begin_all(session, get_event_core(site.app))
    assert len(files(site)) == 2
    clock.advance(days=1, seconds=1)
    site.drain()
    assert [file.token for file in files(site)] == [later.token]
