"""Taking over the export of a Decidim site: the real one, and broken ones."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import func, select

from eak_core.db import write_session
from eak_core.errors import Refused
from eak_core.events.models import EventLog
from eak_core.ideas.imports.taking_over import TakingOver
from eak_core.ideas.models import Idea, IdeaSubject, Subject
from eak_core.imports.lines import LONGEST_LINE, WrongFile
from eak_core.imports.running import ImportRun, RefusedLine, Tally
from eak_core.imports.tables import LONGEST_VALUE, Table
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.web.markdown import markdown
from eak_core.web.typography import joined
from eak_decidim import texts
from eak_decidim.plugin import importer
from eak_decidim.texts import as_markdown

DATA = Path(__file__).resolve().parents[4] / "shared/data/decidim-mel"
PROPOSALS = DATA / "propositions-libres.csv"
COMMENTS = DATA / "commentaires_propositions_libres.csv"

real = pytest.mark.skipif(not PROPOSALS.exists(), reason="the real data is not on this machine")

COLUMNS = ["id", "category/name/fr", "title", "body", "votes", "comments", "created_at", "url"]
COMMENT_COLUMNS = [
    "id", "created_at", "body", "alignment", "depth", "commentable_id", "commentable_type",
    "root_commentable_url",
]  # fmt: skip
AT = "https://ville.example/processes/p/f/1/proposals"
ON_PROPOSAL = "Decidim::Proposals::Proposal"
ON_COMMENT = "Decidim::Comments::Comment"


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_decidim.plugin", "eak_discussion.plugin"]


@dataclass
class Run:
    """What a run over files came to."""

    ideas: Tally
    comments: Tally
    refused: list[RefusedLine]


@pytest.fixture
def take(site: Site) -> Callable[..., Run]:
    """Takes over files into the service of the test."""

    def run(
        proposals: Path,
        comments: Path | None = None,
        *,
        same_site: bool = False,
    ) -> Run:
        with site.app.app_context(), write_session(site.app) as session:
            run = ImportRun(session)
            taking = TakingOver("decidim", importer(), site.service, site.active(), run, same_site)
            with Table(proposals, importer().idea_columns) as rows:
                taking.take_ideas(Actor.system(), rows)
            if comments is not None:
                with Table(comments, importer().comment_columns) as rows:
                    taking.take_comments(Actor.system(), rows)
        return Run(run.tally("ideas"), run.tally("comments"), run.refused)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as a Decidim site does."""

    def to_file(
        rows: list[dict[str, object]], columns: list[str] = COLUMNS, name: str = "ideas.csv"
    ) -> Path:
        buffer = io.StringIO(newline="")
        writer = csv.DictWriter(buffer, columns, delimiter=";", restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / name
        path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
        return path

    return to_file


def row(number: int, **values: object) -> dict[str, object]:
    return {
        "id": number,
        "title": f"Idea {number}",
        "body": f"Body {number}",
        "votes": 0,
        "comments": 0,
        "created_at": "2019-01-24 22:29:15 +0100",
        "url": f"{AT}/{number}",
        **values,
    }


def said(
    number: int, about: int, *, root: int | None = None, kind: str = ON_PROPOSAL, **values: object
) -> dict[str, object]:
    return {
        "id": number,
        "created_at": "2019-02-01 10:00:00 +0100",
        "body": f"Comment {number}",
        "alignment": 0,
        "commentable_id": about,
        "commentable_type": kind,
        "root_commentable_url": f"{AT}/{root or about}",
        **values,
    }


def ideas(site: Site) -> list[Idea]:
    with site.reading() as session:
        return list(session.scalars(select(Idea).order_by(Idea.id)))


def comments(site: Site) -> list[Any]:
    from eak_discussion.models import Comment

    with site.reading() as session:
        return list(session.scalars(select(Comment).order_by(Comment.id)))


def events(site: Site) -> dict[str, int]:
    with site.reading() as session:
        rows = session.execute(
            select(EventLog.type, func.count().label("count"))
            .where(EventLog.service_id == site.service.id)
            .group_by(EventLog.type)
        )
        return {row.type: row.count for row in rows}


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


def test_html_becomes_markdown_and_nothing_of_it_can_act(
    site: Site, take: Callable[..., Run], write: Callable[..., Path], client: Browser
) -> None:
    html = (
        '<p>Un <strong>toit</strong> &amp; un <a href="https://a.example/x">lien</a></p>'
        '<ul><li>a</li><li>b</li></ul><script>alert(1)</script><img src=x onerror="alert(2)">'
    )
    take(write([row(1, body=html)]))
    [idea] = ideas(site)
    assert idea.body == "Un **toit** & un [lien](https://a.example/x)\n\n- a\n- b"
    page = client.get(f"/culture/idees/{idea.id}-{idea.slug}").text
    assert "<strong>toit</strong>" in page
    assert "alert(" not in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_plain_text_is_shown_as_it_was_typed_and_not_read_as_markdown(
    site: Site, take: Callable[..., Run], write: Callable[..., Path], client: Browser
) -> None:
    typed = "2*3*4\n# un\n## deux\n> trois\n1. quatre\n- cinq\n~~six~~ a|b\n-|-\n___\n=\n&copy; <b"
    # A sign of its own is no element: an editor closes what it opens.
    unpaired = "Si a <b> c, alors <a> ou </p> ; <i><em>"
    take(write([row(1, body=typed), row(2, body=unpaired)]))
    assert [shown(markdown(idea.body)) for idea in ideas(site)] == [typed, joined(unpaired)]


@pytest.mark.parametrize("tag", [texts._OPENED, texts._CLOSED, texts._BREAK])
@given(text=st.text(alphabet="<>/abpr x\n", max_size=30))
@example(text="<a <a> </a </a> <br <br>")
def test_no_look_for_an_element_goes_past_the_next_one_so_that_a_text_is_read_once(
    tag: re.Pattern[str], text: str
) -> None:
    assert {match[0].count("<") for match in tag.finditer(text)} <= {1}


@pytest.mark.parametrize("database", ["sqlite"])
@given(
    typed=st.text(alphabet="*_#>-+=~`|[]()!<&;:\\1.a \n", max_size=40).filter(
        # Where something is opened and closed, it is HTML.
        lambda typed: not ("<a" in typed and "</a" in typed)
    )
)
def test_no_plain_text_turns_into_markup(typed: str, database: str) -> None:
    html = markdown(as_markdown(typed))
    assert set(re.findall(r"</?(\w+)", html)) <= {"p", "br"}
    assert "".join(shown(html).split()) == "".join(typed.split())


@pytest.mark.parametrize("database", ["sqlite"])
@given(typed=st.text(alphabet="*_#>-+=~`|[]()!<&;:\\1.a ", max_size=40))
@example(typed="---")
@example(typed="a\n===")
def test_no_text_in_html_turns_into_other_markup(typed: str, database: str) -> None:
    html = markdown(as_markdown(f"<p>{escape(typed).replace(chr(10), '<br>')}</p>"))
    assert set(re.findall(r"</?(\w+)", html)) <= {"p", "br"}
    assert "".join(shown(html).split()) == "".join(typed.split())


def shown(html: str) -> str:
    return unescape(re.sub(r"</?p>|<br>", "", html)).strip()


# --- eras ---

# What the serialisers of these versions write, flattened as their exporter does.
ERAS = {
    "0.15": "id;category/id;category/name/fr;scope/id;scope/name/fr;title;body;votes;comments;"
    "created_at;url;component/id;meeting_urls",
    "0.18": "id;category/id;category/name/fr;scope/id;scope/name/fr;participatory_space/id;"
    "participatory_space/url;component/id;title;body;state;reference;answer/fr;supports;"
    "endorsements;comments;attachments;followers;published_at;url;meeting_urls;related_proposals",
    "0.23": "id;category/id;category/name/fr;scope/id;scope/name/fr;participatory_space/id;"
    "participatory_space/url;component/id;title/fr;body/fr;state;reference;answer/fr;supports;"
    "endorsements/total_count;endorsements/user_endorsements;comments;attachments;followers;"
    "published_at;url;meeting_urls;related_proposals;is_amend;original_proposal/title;"
    "original_proposal/url",
    "0.28": "id;author/id;author/name;author/url;category/id;category/name/fr;scope/id;"
    "scope/name/fr;participatory_space/id;participatory_space/url;component/id;title/fr;body/fr;"
    "address;latitude;longitude;state;reference;answer/fr;answered_at;supports;"
    "endorsements/total_count;endorsements/user_endorsements;comments;attachments;followers;"
    "published_at;url;meeting_urls;related_proposals;is_amend;original_proposal/title;"
    "original_proposal/url;withdrawn;withdrawn_at",
    "0.29": "id;author/id;author/name;author/url;category/id;category/name/fr;scope/id;"
    "scope/name/fr;participatory_space/id;participatory_space/url;component/id;title/fr;body/fr;"
    "address;latitude;longitude;state;state_published_at;reference;answer/fr;answered_at;votes;"
    "endorsements/total_count;endorsements/user_endorsements;comments;attachments;follows_count;"
    "published_at;url;meeting_urls;related_proposals;is_amend;original_proposal/title;"
    "original_proposal/url;withdrawn;withdrawn_at;created_at;updated_at;created_in_meeting;"
    "coauthorships_count;cost;cost_report;execution_period",
    "0.31": "id;author/id;author/name;author/url;taxonomies/id;taxonomies/name;"
    "participatory_space/id;participatory_space/url;component/id;title/fr;body/fr;address;latitude;"
    "longitude;state;state_published_at;reference;answer/fr;answered_at;votes;likes/total_count;"
    "likes/user_endorsements;comments;attachments;follows_count;published_at;url;meeting_urls;"
    "related_proposals;is_amend;original_proposal/title;original_proposal/url;withdrawn;"
    "withdrawn_at;created_at;updated_at;created_in_meeting;coauthorships_count;cost;cost_report;"
    "execution_period",
}  # fmt: skip


def of_era(header: list[str], number: int, **told: object) -> dict[str, object]:
    """A row under ``header``; of what is told, that which this era has a column for."""
    values: dict[str, object] = {
        "id": number, "title": f"Idea {number}", "title/fr": f"Idea {number}",
        "body": "2*3*4", "body/fr": "2*3*4", "votes": 7, "supports": 7, "comments": 2,
        "created_at": "2021-03-01 10:00:00 UTC", "published_at": "2021-03-04 10:00:00 UTC",
        "url": f"{AT}/{number}", "category/name/fr": "Climat", "taxonomies/id": "9, 12",
        "taxonomies/name": '{"en"=>"Climate", "fr"=>"Climat"}, {"en"=>"\\"New\\" roofs"}',
        "scope/name/fr": "NANTERRE", "is_amend": "false", "withdrawn": "false", "state": "",
        **told,
    }  # fmt: skip
    return {name: value for name, value in values.items() if name in header}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("era", ERAS)
def test_an_export_of_each_era_says_what_it_says(
    site: Site, take: Callable[..., Run], write: Callable[..., Path], client: Browser, era: str
) -> None:
    header = ERAS[era].split(";")
    rows = [of_era(header, 1), of_era(header, 2, state="rejected"),
            of_era(header, 3, state="withdrawn", withdrawn="true"),
            of_era(header, 4, is_amend="true"),
            of_era(header, 5, withdrawn_at="2021-04-01 08:00:00 UTC")]  # fmt: skip
    run = take(write(rows, header))
    refused = {
        4: "state" in header or "withdrawn" in header,
        5: "is_amend" in header,
        6: "withdrawn_at" in header,
    }
    assert [each.line for each in run.refused] == [line for line, is_so in refused.items() if is_so]
    for each, column in zip(run.refused, ("withdrawn", "is_amend", "withdrawn_at"), strict=False):
        assert (column in each.reason) or "state" in each.reason
    first, second = ideas(site)[:2]
    assert (first.source_votes, first.source_comments, first.body) == (7, 2, "2\\*3\\*4")
    day = 4 if "published_at" in header else 1
    assert first.submitted_at is not None
    assert first.submitted_at.isoformat() == f"2021-03-0{day}T10:00:00+00:00"
    assert second.source_state == ("rejected" if "state" in header else None)
    assert second.stage == "submitted"
    page = client.get(f"/culture/idees/{second.id}-{second.slug}").text
    assert ("rejetée" in page) is ("state" in header)
    assert "Climat" in page
    assert ('"New" roofs' in unescape(page)) is ("taxonomies/name" in header)
    assert ("commune=92050" in page) is ("scope/name/fr" in header)


def test_names_of_taxonomies_without_languages_are_divided_where_there_are_as_many_ids(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    header = ERAS["0.31"].split(";")
    told = {"taxonomies/id": "9, 12", "taxonomies/name": "Toits verts, Mobilité douce"}
    one = {"taxonomies/id": "9", "taxonomies/name": "Eau, air et bruit"}
    take(write([of_era(header, 1, **told), of_era(header, 2, **one)], header))
    with site.reading() as session:
        query = select(Subject.name).join(IdeaSubject, IdeaSubject.subject_id == Subject.id)
        of_ideas = [
            set(session.scalars(query.where(IdeaSubject.idea_id == idea.id)))
            for idea in ideas(site)
        ]
    assert of_ideas == [{"Toits verts", "Mobilité douce"}, {"Eau, air et bruit"}]


def test_a_row_that_says_it_was_withdrawn_in_any_of_the_columns_is_refused_and_names_it(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    header = ERAS["0.31"].split(";")
    said = [("withdrawn", "true"), ("withdrawn_at", "2021-04-01 08:00:00 UTC"),
            ("state", "withdrawn"), ("is_amend", "true")]  # fmt: skip
    rows = [of_era(header, number, **{name: word}) for number, (name, word) in enumerate(said)]
    run = take(write(rows, header))
    assert run.ideas == Tally(0, 0, len(said))
    for refused, (name, _word) in zip(run.refused, said, strict=True):
        assert re.search(rf"\W{name}\W", refused.reason), name


def test_a_row_that_breaks_a_rule_of_this_site_is_refused_with_its_own_column(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    header = ERAS["0.31"].split(";")
    rows = [of_era(header, 1, **{"title/fr": "x" * 1_000}), of_era(header, 2, **{"title/fr": ""})]
    run = take(write(rows, header))
    assert [each.line for each in run.refused] == [2, 3]
    assert all("title/fr" in each.reason for each in run.refused)


def test_a_proposal_that_is_in_no_french_is_taken_over_in_its_own_language(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    header = [*ERAS["0.31"].split(";"), "title/en", "body/en"]
    english = {"title/fr": "", "body/fr": "", "title/en": "Green roofs", "body/en": "Plant them."}
    both = {"title/en": "Green roofs", "body/en": "Plant them."}
    take(write([of_era(header, 1, **english), of_era(header, 2, **both)], header))
    told = [(idea.title, idea.body) for idea in ideas(site)]
    assert told == [("Green roofs", "Plant them."), ("Idea 2", "2\\*3\\*4")]


CASES = DATA.parent / "cases"


@pytest.mark.skipif(not CASES.exists(), reason="the cases are not on this machine")
def test_the_cases_that_were_got_wrong_are_told_truly(site: Site, take: Callable[..., Run]) -> None:
    dated = take(CASES / "decidim-published_at.csv")
    assert (dated.ideas, [each.line for each in dated.refused]) == (Tally(1, 0, 2), [3, 4])
    later = take(CASES / "decidim-withdrawn-amendments.csv")
    assert (later.ideas, [each.line for each in later.refused]) == (Tally(3, 0, 2), [3, 5])
    told = {idea.title: (idea.source_votes, idea.source_state) for idea in ideas(site)}
    assert told == {
        "Plus d'ombre": (12, None), "Idée gardée": (7, None), "Idée rejetée": (7, "rejected"),
        "Votes cachés": (None, None),
    }  # fmt: skip
    with pytest.raises(WrongFile, match="title"):
        take(CASES / "decidim-header-twice.csv")


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


# --- comments ---


def test_answers_are_taken_over_wherever_they_stand_in_the_file(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    site.enable("discussion")
    file = write(
        [
            said(13, 12, root=1, kind=ON_COMMENT),
            said(14, 13, root=1, kind=ON_COMMENT),
            said(12, 11, root=1, kind=ON_COMMENT, alignment=-1),
            said(15, 99, root=1, kind=ON_COMMENT),
            said(16, 17, root=1, kind=ON_COMMENT),
            said(17, 16, root=1, kind=ON_COMMENT),
            said(11, 1, alignment=1),
        ],
        COMMENT_COLUMNS,
        "comments.csv",
    )
    run = take(write([row(1)]), file)
    assert run.comments == Tally(4, 0, 3)
    assert sorted(refused.line for refused in run.refused) == [5, 6, 7]
    by_body = {comment.body: comment for comment in comments(site)}
    assert [by_body[f"Comment {n}"].depth for n in (11, 12, 13, 14)] == [1, 2, 3, 3]
    assert [by_body[f"Comment {n}"].stance for n in (11, 12)] == ["for", "against"]
    assert take(write([row(1)]), file).comments == Tally(0, 4, 3)


def test_an_answer_to_what_an_earlier_import_brought_is_taken_over(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    site.enable("discussion")
    proposals = write([row(1)])
    take(proposals, write([said(11, 1)], COMMENT_COLUMNS, "first.csv"))
    later = write([said(12, 11, root=1, kind=ON_COMMENT)], COMMENT_COLUMNS, "later.csv")
    assert take(proposals, later).comments == Tally(1, 0, 0)


@pytest.mark.parametrize("database", ["sqlite"])
def test_comments_that_cannot_be_placed_are_refused_with_the_reason(
    site: Site, take: Callable[..., Run], write: Callable[..., Path]
) -> None:
    site.enable("discussion")
    file = write(
        [
            said(11, 2),
            said(12, 1, commentable_type="Decidim::Debates::Debate"),
            said(13, 1, root_commentable_url="https://ville.example/debates/1"),
            said(14, 1, alignment=5),
            said(15, 1, body=" "),
            said(16, 1, created_at=""),
            said(17, 1),
        ],
        COMMENT_COLUMNS,
        "comments.csv",
    )
    run = take(write([row(1)]), file)
    assert run.comments == Tally(1, 0, 6)
    assert {refused.line for refused in run.refused} == {2, 3, 4, 5, 6, 7}
    assert {refused.file for refused in run.refused} == {"comments.csv"}


def test_comments_keep_their_date_and_show_where_they_come_from(
    site: Site, take: Callable[..., Run], write: Callable[..., Path], client: Browser
) -> None:
    site.enable("discussion")
    take(
        write([row(1)]),
        write([said(11, 1, alignment=-1)], COMMENT_COLUMNS, "comments.csv"),
    )
    [idea] = ideas(site)
    [comment] = comments(site)
    assert comment.posted_at.isoformat() == "2019-02-01T09:00:00+00:00"
    page = client.get(f"/culture/idees/{idea.id}-{idea.slug}").text
    assert "Comment 11" in page
    assert "ville.example" in page
    assert "Contre" in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_without_a_plugin_that_takes_comments_over_nothing_begins(site: Site) -> None:
    def require_takers() -> None:
        with site.app.app_context(), write_session(site.app) as session:
            run = ImportRun(session)
            TakingOver("decidim", importer(), site.service, site.active(), run).require_takers()

    with pytest.raises(Refused):
        require_takers()
    site.enable("discussion")
    require_takers()
