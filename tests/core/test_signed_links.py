"""Links in mail: what opens nothing says one sentence, nothing is read into acting, nothing is done
twice, and no session has a part in it."""

from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from eak_core import clock as platform_clock
from eak_core.errors import EakError
from eak_core.events import CORE
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.accounts.upkeep import tidy_up
from eak_core.people.models import RoleInvitation
from eak_core.people.rights import invitations
from eak_core.services.models import Service
from eak_core.web.signed_links import LinkRefused, SignedLink, SpentLink
from tests.core.test_two_at_once import together

ALTERED = "Ce lien n’est pas valable"
EXPIRED = "Ce lien a expiré."
USED = "Ce lien a déjà servi."


@pytest.fixture
def plugins() -> list[Any]:
    return []


def invite(site: Site, people: People, address: str = "nobody.here@example.org") -> str:
    """The path of the link by which the invitation of ``address`` is declined."""
    actor, number = people.actor(people.manager), site.service.id
    with site.app.app_context(), site.writing() as session:
        place = session.get_one(Service, number)
        invitations.invite_manager(session, actor, place, address)
    site.drain()
    [link] = [word for word in site.sent[-1].text.split() if "/refuser/" in word]
    assert link.startswith("http://localhost/compte/")
    return urlsplit(link).path


def waiting(site: Site) -> list[str]:
    with site.reading() as session:
        return list(session.scalars(select(RoleInvitation.email).order_by(RoleInvitation.id)))


def said(browser: Browser, path: str) -> list[str]:
    """What the page of ``path`` and its button say, both being refusals."""
    answers = [browser.get(path), browser.post(path)]
    assert [each.status_code for each in answers] == [410, 410]
    return [each.text for each in answers]


def test_an_invitation_is_declined_by_its_link_without_an_account(
    site: Site, people: People
) -> None:
    path = invite(site, people)
    visitor = site.browser()
    for _twice in range(2):  # a filter of mail, then whoever reads it
        page = visitor.get(path)
        assert "Culture" in page.text
        assert "Set-Cookie" not in page.headers
        assert page.headers["Cache-Control"] == "no-store, private"
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert page.headers["Referrer-Policy"] == "no-referrer"
    assert waiting(site) == ["nobody.here@example.org"]
    [form] = [each for each in visitor.read(path).forms if each.method == "post"]
    assert [each.name for each in form.controls] == [""], "no token, and nothing to fill in"
    answer = visitor.post(path)
    assert answer.status_code == 200
    assert "refusée" in answer.text
    assert waiting(site) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_link_that_was_used_says_so_also_where_the_person_is_invited_anew(
    site: Site, people: People
) -> None:
    path = invite(site, people)
    site.browser().post(path)
    invite(site, people)
    assert all(USED in text for text in said(site.browser(), path))
    assert waiting(site) == ["nobody.here@example.org"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_link_that_was_not_used_declines_no_later_invitation(site: Site, people: People) -> None:
    """SQLite gives the number of a row that is gone to the next one."""
    path = invite(site, people)
    with site.writing() as session:
        session.delete(session.scalars(select(RoleInvitation)).one())
    invite(site, people, "somebody.else@example.org")
    answer = site.browser().post(path)
    assert answer.status_code == 404
    assert waiting(site) == ["somebody.else@example.org"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_link_expires(site: Site, people: People, clock: FrozenClock) -> None:
    path = invite(site, people)
    clock.advance(days=29)
    assert site.browser().get(path).status_code == 200
    clock.advance(days=1)
    assert all(EXPIRED in text for text in said(site.browser(), path))
    assert len(waiting(site)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_whatever_was_not_signed_for_this_says_the_same_whether_or_not_it_is_about_something(
    site: Site, people: People
) -> None:
    mine, other = invite(site, people), invite(site, people, "somebody.else@example.org")
    place, _, token = mine.rpartition("/")
    payload, _, signature = token.rpartition(".")
    with site.app.app_context():
        other_purpose = SignedLink(CORE, "stop", lifetime=timedelta(days=1)).token("1-0")
        nothing = SignedLink(CORE, "invitation", lifetime=timedelta(days=1)).token("404-0")
    forged = [
        f"{payload}x.{signature}",
        f"{other.rpartition('/')[2].rpartition('.')[0]}.{signature}",  # of another person
        other_purpose,
        nothing[:-1],
        token[:-3] + "é" + token[-3:],
        token[:20],
        "x",
        token.upper(),
        respelled(token),
        "é" * 30,
    ]
    pages = {text for each in forged for text in said(site.browser(), f"{place}/{each}")}
    bare = {text.replace(text[: text.index("<main")], "") for text in pages}
    assert all(ALTERED in text for text in bare)
    assert len({text[text.index("<main") : text.index("</main")] for text in bare}) == 1
    assert len(waiting(site)) == 2


def respelled(token: str) -> str:
    """``token`` with other letters for the same bytes: Base64 has bits to spare at its end."""
    start, last = token[:-1], token[-1]
    signature = token.rpartition(".")[2]
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        again = f"{signature[:-1]}{letter}"
        if letter != last and urlsafe_b64decode(again + "=") == urlsafe_b64decode(signature + "="):
            return start + letter
    raise AssertionError("there was no bit to spare")


def test_two_who_use_a_link_at_once_use_it_once(site: Site, people: People, database: Kind) -> None:
    once = SignedLink(CORE, "trial", lifetime=timedelta(days=1), once=True)
    with site.app.app_context():
        token = once.token("7")

    def use(session: Any, meet: Any) -> None:
        link = once.read(token)
        meet()
        once.spend(session, link)

    (refusal,) = together(site, database, use)
    assert isinstance(refusal, LinkRefused)
    with site.reading() as session:
        assert len(session.scalars(select(SpentLink)).all()) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_refused_leaves_the_link_unused(site: Site, people: People) -> None:
    """That it is used belongs to the transaction of what it does."""
    path = invite(site, people)
    with site.writing() as session:
        kept = session.scalars(select(RoleInvitation)).one()
        invited_at, kept.invited_at = kept.invited_at, kept.invited_at - timedelta(days=31)
    assert site.browser().post(path).status_code == 404
    with site.writing() as session:
        session.scalars(select(RoleInvitation)).one().invited_at = invited_at
    assert site.browser().post(path).status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
def test_that_a_link_was_used_is_forgotten_once_it_has_expired(
    site: Site, people: People, clock: FrozenClock
) -> None:
    site.browser().post(invite(site, people))
    for days, left in ((29, 1), (2, 0)):
        clock.advance(days=days)
        with site.app.app_context(), site.writing() as session:
            tidy_up(session, None, "upkeep", platform_clock.now())
        with site.reading() as session:
            assert len(session.scalars(select(SpentLink)).all()) == left


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_is_signed_in_acts_as_nobody_and_stays_signed_in(
    site: Site, people: People
) -> None:
    """A cookie would be no proof: any site can have the button's request sent along with it."""
    path = invite(site, people)
    browser = site.browser()
    browser.sign_in(people.manager)
    assert "Se déconnecter" in browser.get(path).text
    answer = browser.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "Se déconnecter" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert browser.get("/culture/gestion/").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"])
def test_guessing_is_slowed_down_and_buttons_that_one_server_sends_for_many_are_not(
    sites: Sites, people: People
) -> None:
    site = sites.make([], rate_limits=True)
    browser = site.browser()
    paths = [invite(site, site.people, f"person{n}@example.org") for n in range(40)]
    assert [browser.post(path).status_code for path in paths] == [200] * 40
    guesses = [browser.get(f"/compte/invitations/refuser/{n}").status_code for n in range(31)]
    assert guesses == [410] * 30 + [429]
    again = [browser.post(paths[0]).status_code for _ in range(20)]
    assert again == [410] * 19 + [429]


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_exempts_a_view_but_by_a_signature(site: Site) -> None:
    """What Flask-WTF calls exempt is exempt from nothing here."""
    csrf = site.app.extensions["csrf"]
    view = site.app.view_functions["account.change"]
    csrf.exempt(view)
    assert site.browser().post("/compte/profil").status_code == 400


@pytest.mark.parametrize("database", ["sqlite"])
def test_each_kind_of_link_has_a_key_of_its_own(site: Site) -> None:
    day = timedelta(days=1)
    with site.app.app_context():
        token = SignedLink(CORE, "a", lifetime=day).token("7")
        assert SignedLink(CORE, "a", lifetime=day).read(token).subject == "7"
        for other in (SignedLink(CORE, "b", lifetime=day), SignedLink(Other(), "a", lifetime=day)):
            with pytest.raises(EakError, match=r"valid|valable"):
                other.read(token)


class Other:
    """A plugin that names a kind of link as the core does."""

    name = "other"
