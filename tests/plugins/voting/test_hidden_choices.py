"""Nothing that anybody can read depends on what was chosen, where that is to stay hidden.

Two histories are lived that differ in the choices alone; then everything a manager and an
administrator can open, and every row of the database, is compared. What is drawn at random (keys,
receipts, tokens) is blotted out first. So the tests do not list the places where a choice could
show: they find any.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update

from eak_core.db import Base
from eak_core.events.models import Subscription
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.sites import Sites
from eak_core.people.models import Person
from eak_voting.models import Ballot
from eak_voting.pages.booth import ordering
from eak_voting.settings import Publication, Secrecy
from tests.core.links import is_another_look
from tests.plugins.voting.conftest import Polls

VOTERS = 6
#: Whose pages are compared: they are made of the rows, which are compared on both databases.
ROLES: Mapping[Kind, Sequence[str]] = {"sqlite": ("manager", "administrator"), "postgresql": ()}

#: What is random: receipts, keys, identifiers, codes, signatures, tokens.
RANDOM = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}"
    r"|\b[A-Z2-7]{26}\b|\b(?:[A-Z2-7]{4} ){6}[A-Z2-7]{2}\b|[0-9a-f]{4}(?: [0-9a-f]{4})+"
    r"|[A-Za-z0-9+/_=.-]{40,}|\$argon2[^'\"]+"
)
LINK = re.compile(r'(?:href|src|action)="(/[^"#]*)"')


def blotted(text: str) -> str:
    return RANDOM.sub("•", text.replace("&#43;", "+"))


def is_same(one: str, other: str) -> bool:
    """Whether two pages differ in nothing but what is random: that takes long to find, and is
    looked for in lines that differ."""
    lines, others = one.splitlines(), other.splitlines()
    if len(lines) != len(others):
        return blotted(one) == blotted(other)
    pairs = zip(lines, others, strict=True)
    return all(mine == theirs or blotted(mine) == blotted(theirs) for mine, theirs in pairs)


def readable(browser: Browser, starts: Sequence[str]) -> dict[str, str]:
    """Every page that can be reached by links from ``starts``, and what it says, in one language
    and contrast: the others say the same of the same values."""
    found: dict[str, str] = {}
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path in found or path.startswith(("/static", "/compte")) or "/static/" in path:
            continue
        if is_another_look(path):
            continue
        answer = browser.get(path)
        body = answer.get_data()
        found[path] = f"{answer.status_code} " + _text_of(body)
        if answer.mimetype == "text/html":
            waiting += [link.replace("&amp;", "&") for link in LINK.findall(found[path])]
        elif answer.status_code in (301, 302, 303):
            waiting.append(answer.location)
    return {blotted(path): text for path, text in found.items()}


def _text_of(body: bytes) -> str:
    """What ``body`` says; of an archive, the names and texts of its files."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with ZipFile(BytesIO(body)) as archive:
        files = [(each.filename, archive.read(each).decode()) for each in archive.infolist()]
    return "\n".join(f"{name}\n{text}" for name, text in files)


def rows(polls: Polls, without: Sequence[str] = ()) -> dict[str, list[str]]:
    """Every row of every table, in no order."""
    with polls.site.reading() as session:
        return {
            table.name: sorted(
                blotted(str({k: _text(v) for k, v in row._mapping.items()}))
                for row in session.execute(select(table))
            )
            for table in Base.metadata.sorted_tables
            if table.name not in without
            and session.connection().dialect.has_table(session.connection(), table.name)
        }


def _text(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


@pytest.fixture
def lives(sites: Sites, clock: FrozenClock) -> Callable[..., tuple[Polls, Ballot]]:
    """Lives a history in which each voter chooses what is given, on a site of its own."""
    begin = clock.now

    def live(
        said: Sequence[list[int]], secrecy: Secrecy, publication: Publication
    ) -> tuple[Polls, Ballot]:
        clock.set(begin)
        site = sites.make(plugins=["eak_voting.plugin"])
        site.enable("voting")
        polls = Polls(site, clock)
        ballot = polls.open(secrecy=secrecy, publication=publication)
        for number, chosen in enumerate(said):
            polls.vote(ballot, chosen, polls.voter(number), source="192.0.2.0/24")
            clock.advance(minutes=7)
        clock.advance(hours=2)
        settle(polls)
        return polls, ballot

    return live


def settle(polls: Polls) -> None:
    """Let the worker do what is due, and forget how long that took: no two runs take as long."""
    polls.site.drain()
    with polls.site.writing() as session:
        session.execute(update(Subscription).values(handling_ms=0))


def seen(polls: Polls, person: Person) -> dict[str, str]:
    browser = polls.site.browser()
    browser.sign_in(person)
    with browser.session_transaction() as kept:
        kept[ordering.KEY] = "same"  # options are listed in an order drawn for each visitor
    return readable(browser, ["/", "/culture/", "/culture/gestion/", "/culture/votes/", "/admin/"])


def assert_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    assert sorted(one) == sorted(other)
    for place, said in one.items():
        assert said == other[place], place


def assert_same_pages(one: Mapping[str, str], other: Mapping[str, str]) -> None:
    assert sorted(one) == sorted(other)
    for place, said in one.items():
        assert is_same(said, other[place]), place


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("secrecy", "publication"),
    [("public", "after_close"), ("pseudonymous", "totals"), ("secret", "totals")],
)
def test_before_the_close_nothing_tells_a_manager_how_it_stands(
    lives: Callable[..., tuple[Polls, Ballot]],
    secrecy: Secrecy,
    publication: Publication,
    database: Kind,
) -> None:
    one, _ = lives([[1]] * VOTERS, secrecy, publication)
    other, _ = lives([[2, 3]] * VOTERS, secrecy, publication)
    for role in ROLES[database]:
        found = seen(one, getattr(one.site.people, role))
        assert len(found) > 15, "few pages were found: the crawl is broken"
        assert any("/votes/" in path for path in found)
        assert_same_pages(found, seen(other, getattr(other.site.people, role)))
    # The box itself is what it is about; everything else, the audit trail first of all, is equal.
    assert_same(rows(one, ["voting_paper"]), rows(other, ["voting_paper"]))


def test_a_secret_ballot_tells_nobody_who_chose_what_not_even_its_tables(
    lives: Callable[..., tuple[Polls, Ballot]], database: Kind
) -> None:
    """The same choices by other people: all is the same, while it is open and after the count."""
    half = VOTERS // 2
    one, ballot = lives([[1]] * half + [[2]] * half, "secret", "after_close")
    other, _ = lives([[2]] * half + [[1]] * half, "secret", "after_close")
    for closed in (False, True):
        if closed:
            for polls in (one, other):
                polls.close(ballot)
                settle(polls)
        assert_same(rows(one), rows(other))
        for role in ROLES[database]:
            found = seen(one, getattr(one.site.people, role))
            assert_same_pages(found, seen(other, getattr(other.site.people, role)))


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_comparison_sees_a_choice_that_shows(
    lives: Callable[..., tuple[Polls, Ballot]],
) -> None:
    """What the two tests above rest on: where choices are public, they are found."""
    one, ballot = lives([[1]] * VOTERS, "public", "after_close")
    other, _ = lives([[2, 3]] * VOTERS, "public", "after_close")
    one.close(ballot)
    other.close(ballot)
    with pytest.raises(AssertionError):
        assert_same_pages(
            seen(one, one.site.people.manager), seen(other, other.site.people.manager)
        )
    assert rows(one) != rows(other)
