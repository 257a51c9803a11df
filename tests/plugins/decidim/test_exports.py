"""Taking over the export of a Decidim site: the real one, and broken ones."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eak_core.events.models import EventLog
from eak_core.ideas.models import IdeaSubject, Subject
from eak_core.imports.lines import LONGEST_LINE, WrongFile
from eak_core.imports.running import ImportRun, Tally
from eak_core.imports.tables import LONGEST_VALUE
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from tests.plugins.decidim.exports import COLUMNS, DATA, Run, comments, events, ideas, row

PROPOSALS = DATA / "propositions-libres.csv"
COMMENTS = DATA / "commentaires_propositions_libres.csv"
real = pytest.mark.skipif(not PROPOSALS.exists(), reason="the real data is not on this machine")


# --- the real export ---


@real
def test_the_real_export_is_taken_over_whole_and_only_once(
    site: Site, take: Callable[..., Run]
) -> None:
    first = take(PROPOSALS)
    assert (first.ideas, first.refused) == (Tally(196, 0, 0), [])
    logged = events(site)
    assert logged["idea.submitted"] == 196
    second = take(PROPOSALS)
    assert second.ideas == Tally(0, 196, 0)
    assert events(site) == logged
    taken = ideas(site)
    assert sum(idea.source_votes or 0 for idea in taken) == 498
    assert sum(idea.source_comments or 0 for idea in taken) == 132
    assert {idea.author_id for idea in taken} == {None}
    with site.reading() as session:
        about = dict(
            session.execute(
                select(Subject.name, func.count(IdeaSubject.idea_id))
                .outerjoin(IdeaSubject, IdeaSubject.subject_id == Subject.id)
                .group_by(Subject.name)
            ).all()
        )
    assert about["Impôts, dépenses, action publique"] == 67
    assert about["Transition écologique"] == 30
    assert sum(about.values()) == 196 - 34


@pytest.mark.parametrize("database", ["sqlite"])
@real
def test_what_happened_elsewhere_is_dated_as_it_was_there(
    site: Site, take: Callable[..., Run]
) -> None:
    take(PROPOSALS)
    idea = next(idea for idea in ideas(site) if (idea.source_ref or "").endswith("/457"))
    assert idea.submitted_at is not None
    assert idea.submitted_at.isoformat() == "2019-01-24T21:29:15+00:00"
    assert idea.source_url == (
        "http://participation.lillemetropole.fr/processes/granddebatmel/f/111/proposals/457"
    )
    with site.reading() as session:
        dated = session.scalar(
            select(EventLog.occurred_at).where(EventLog.subject == f"idea:{idea.id}")
        )
    assert dated == idea.submitted_at


@pytest.mark.parametrize("database", ["sqlite"])
@real
def test_comments_of_another_site_are_not_put_under_proposals_with_the_same_numbers(
    site: Site, take: Callable[..., Run]
) -> None:
    site.enable("discussion")
    run = take(PROPOSALS, COMMENTS)
    assert run.comments == Tally(0, 0, 44)
    assert comments(site) == []
    assert all("participez.nancy.fr" in refused.reason for refused in run.refused)
    assert [refused.line for refused in run.refused[:5]] == [2, 3, 8, 10, 11]


@real
def test_comments_of_a_site_that_moved_are_taken_over_where_somebody_says_so(
    site: Site, take: Callable[..., Run]
) -> None:
    site.enable("discussion")
    run = take(PROPOSALS, COMMENTS, same_site=True)
    assert run.comments == Tally(22, 0, 22)
    assert take(PROPOSALS, COMMENTS, same_site=True).comments == Tally(0, 22, 22)
    taken = comments(site)
    assert [c.depth for c in taken].count(2) == 2
    assert [c.depth for c in taken].count(3) == 1
    assert [c.stance for c in taken].count("for") == 6
    assert {c.author_id for c in taken} == {None}
    assert "gid://" not in "".join(c.body for c in taken)


@real
def test_a_run_that_is_killed_goes_on_where_it_stopped(
    site: Site, take: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, portions = ImportRun.settle, 0

    def dying(run: ImportRun) -> None:
        nonlocal portions
        portions += 1
        if portions == 3:
            raise KeyboardInterrupt
        settle(run)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(ImportRun, "settle", dying)
        take(PROPOSALS)
    assert len(ideas(site)) == 100
    assert events(site)["idea.submitted"] == 100
    run = take(PROPOSALS)
    assert run.ideas == Tally(96, 100, 0)
    assert events(site)["idea.submitted"] == 196


@real
@pytest.mark.parametrize("database", ["sqlite"])
def test_figures_of_the_site_of_origin_are_shown_as_such(
    site: Site, take: Callable[..., Run], client: Browser
) -> None:
    take(PROPOSALS)
    idea = next(idea for idea in ideas(site) if (idea.source_ref or "").endswith("/457"))
    page = client.get(f"/culture/idees/{idea.id}-{idea.slug}").text
    assert "participation.lillemetropole.fr" in page
    assert re.search(r"2.votes", page)
    assert "Collectivités territoriales" in page
    site.drain()
    found = client.get("/culture/idees/?q=création+commune+nouvelle").text
    assert "Accentuer la création de communes" in found


# --- rows ---


def test_rows_that_are_wrong_are_reported_with_their_line_and_the_others_taken_over(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    run = take(
        write(
            [
                row(1, body="Several\nlines\nof text"),
                row(2, title=""),
                row(3, created_at="yesterday"),
                row(4, created_at="2019-01-24 22:29:15"),
                row(5, created_at="2999-01-01 00:00:00 +0100"),
                row(6, url="javascript:alert(1)"),
                row(7, votes="many"),
                row("x; DROP TABLE idea", title="No number"),  # type: ignore[arg-type]
                row(9, title="x" * 151),
                row(10, votes=str(2**31)),
                row(11),
            ]
        )
    )
    assert run.ideas == Tally(2, 0, 9)
    # The first row ends on the fourth line.
    assert [refused.line for refused in run.refused] == [5, 6, 7, 8, 9, 10, 11, 12, 13]
    named = ("title", "created_at", "created_at", "created_at", "url", "votes", "id", "title",
             "votes")  # fmt: skip
    for refused, column in zip(run.refused, named, strict=True):
        assert f"“{column}”" in refused.reason or f"«\u00a0{column}\u00a0»" in refused.reason
    assert [idea.title for idea in ideas(site)] == ["Idea 1", "Idea 11"]


def test_a_refused_row_leaves_no_subject_behind(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    run = take(write([row(1, title="", **{"category/name/fr": "Never used"})]))
    assert run.ideas.refused == 1
    with site.reading() as session:
        assert session.scalar(select(Subject).where(Subject.name == "Never used")) is None
    assert "subject.changed" not in events(site)


def test_categories_become_subjects_once_whatever_their_accents(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    run = take(
        write(
            [
                row(1, **{"category/name/fr": "Écologie"}),
                row(2, **{"category/name/fr": "ecologie"}),
                row(3, **{"category/name/fr": "toits  verts"}),
            ]
        )
    )
    assert run.ideas == Tally(3, 0, 0)
    again = take(write([row(1, **{"category/name/fr": "Never used"})]))
    assert again.ideas == Tally(0, 1, 0)
    with site.reading() as session:
        names = set(session.scalars(select(Subject.name)))
    assert "Écologie" in names
    assert "ecologie" not in names
    assert "Never used" not in names, "what is here already is left as it is"
    assert "toits verts" not in names, "the service has “Toits verts” already"


def test_the_same_number_on_two_sites_is_two_ideas(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    other = "https://autre.example/processes/p/f/1/proposals/1"
    run = take(write([row(1), row(1, url=other), row(1, title="The first again")]))
    assert run.ideas == Tally(2, 1, 0)


# --- files ---


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "est vide"),
        (b"id;title;body\n1;a;b\n", "created_at"),
        (b"id|title|body|created_at|url\n", "title"),
        ("id;title".encode("utf-16"), "UTF-16"),
        (b"\xff\xd8\xff\xe0 no text at all", "“ÿØÿà no text at all”"),
        (b'"id;title\n', "guillemet"),
        (b"\0" * 100, "NUL"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"])
def test_a_file_that_is_no_such_export_is_refused_with_a_sentence(
    take: Callable[..., Run], tmp_path: Path, site: Site, content: bytes, says: str
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    with pytest.raises(WrongFile) as refusal:
        take(path)
    with site.app.app_context():
        assert says in str(refusal.value)
    assert ideas(site) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_missing_file_or_a_folder_is_refused_with_a_sentence(
    take: Callable[..., Run], tmp_path: Path
) -> None:
    for path in (tmp_path / "missing.csv", tmp_path):
        with pytest.raises(WrongFile):
            take(path)


BROKEN = {
    "NUL": b"2;;A\0title;Body;0;0;2019-01-24 22:29:15 +0100;https://ville.example/proposals/2",
    "latin-1": "2;;Été;Body;0;0;2019-01-24 22:29:15 +0100;https://ville.example/proposals/2".encode(
        "latin-1"
    ),
    "too few": b"2;;Title",
    "too many": b"2;;Title;Body;0;0;2019-01-24 22:29:15 +0100;https://ville.example/proposals/2;x",
    "stray quote": b'2;;"Ti"tle;Body;0;0;2019-01-24 22:29:15 +0100;https://ville.example/proposals/2',
    "open quote": b'2;;"Title;Body;0;0;2019-01-24 22:29:15 +0100;https://ville.example/proposals/2',
    "huge field": b"2;;Title;" + b"x" * (LONGEST_VALUE + 1) + b";0;0;;",
    "huge line": b"x" * (2 * LONGEST_LINE + 10),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("database", ["sqlite"])
def test_a_broken_row_costs_only_itself(
    site: Site, take: Callable[..., Run], tmp_path: Path, what: str
) -> None:
    good = "{0};;Idea {0};Body;0;0;2019-01-24 22:29:15 +0100;https://ville.example/proposals/{0}"
    lines = [";".join(COLUMNS).encode(), good.format(1).encode(), BROKEN[what]]
    lines += [good.format(number).encode() for number in (3, 4)]
    path = tmp_path / "broken.csv"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines))
    run = take(path)
    assert [idea.title for idea in ideas(site)] == ["Idea 1", "Idea 3", "Idea 4"]
    assert [refused.line for refused in run.refused] == [3]
