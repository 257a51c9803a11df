"""Comments of a Decidim site are placed where they stood, or refused with the reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eak_core.db import write_session
from eak_core.errors import Refused
from eak_core.ideas.imports.taking_over import TakingOver
from eak_core.imports.running import ImportRun, Tally
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_decidim.plugin import importer
from tests.plugins.decidim.exports import ON_COMMENT, Run, comments, ideas, row, said

COMMENT_COLUMNS = [
    "id", "created_at", "body", "alignment", "depth", "commentable_id", "commentable_type",
    "root_commentable_url",
]  # fmt: skip


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
