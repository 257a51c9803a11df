"""Exports of Decidim sites, as tests write them, and what an import of one left behind."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from eak_core.events.models import EventLog
from eak_core.ideas.models import Idea
from eak_core.imports.running import RefusedLine, Tally
from eak_core.kit.testing.site import Site

DATA = Path(__file__).resolve().parents[4] / "shared/data/decidim-mel"
COLUMNS = ["id", "category/name/fr", "title", "body", "votes", "comments", "created_at", "url"]
AT = "https://ville.example/processes/p/f/1/proposals"
ON_PROPOSAL = "Decidim::Proposals::Proposal"
ON_COMMENT = "Decidim::Comments::Comment"


@dataclass
class Run:
    """What a run over files came to."""

    ideas: Tally
    comments: Tally
    refused: list[RefusedLine]


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
