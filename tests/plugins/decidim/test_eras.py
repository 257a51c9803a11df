"""Exports of each era of Decidim are read, and say what they say."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from eak_core.ideas.models import IdeaSubject, Subject
from eak_core.imports.lines import WrongFile
from eak_core.imports.running import Tally
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from tests.plugins.decidim.exports import AT, DATA, Run, ideas

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
