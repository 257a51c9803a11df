"""A site with very many ideas, comments and supports, made in minutes.

Ideas are made of sentences of real ones (Métropole de Lille, 2019), so their words are as frequent
as words are, and written in bulk; what hangs on them, the log and what handlers would have derived
of it are made of their rows by the database itself. Each idea was submitted; of a hundred, thirty
went on to be accepted, two were withdrawn and one is hidden. Left out are statements on criteria,
pictures, ballots and mail; the index of the search is made where it is asked for, since that
takes ten times as long as all the rest.
"""

import csv
import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from eak_core.db import Session, write_session
from eak_core.db.session import expect_long_work
from eak_core.events import CORE
from eak_core.ideas.counting.totals import recount
from eak_core.ideas.models import Idea
from eak_core.ideas.reading.indexing import IDEAS
from eak_core.kit.testing.site import Site
from eak_core.search.index import keep

DATA = Path(__file__).parents[2].parent / "shared/data/decidim-mel/propositions-libres.csv"
START = datetime(2026, 1, 1, tzinfo=UTC)
_PART = 2_000

#: An idea with a title and its sentences.
Real = tuple[str, list[str]]


def real_ideas() -> list[Real]:
    """Titles and sentences of real ideas."""
    with DATA.open(encoding="utf-8") as file:
        return [
            (row["title"], re.split(r"(?<=[.!?])\s+", row["body"]))
            for row in csv.DictReader(file, delimiter=";")
        ]


def fill(site: Site, number: int, *, searched: bool = False, seed: int = 7) -> None:
    """Give the service of ``site`` so many ideas, a comment under every second, a support of every
    third where those plugins are on; ``searched`` makes the index of the search too."""
    dice, real = random.Random(seed), real_ideas()
    words = [word for _title, body in real for sentence in body for word in sentence.split()]
    sentences = [sentence for _title, body in real for sentence in body]
    service, author = site.service, site.people.citizen
    for first in range(0, number, _PART):
        rows = [
            {
                "service_id": service.id,
                "author_id": author.id if n % 2 else None,
                "title": f"{dice.choice(real)[0][:110]} {dice.choice(words)[:30]}",
                "slug": f"idee-{n * 7919 % number}",
                "problem": dice.choice(sentences)[:3000],
                "body": " ".join(dice.choices(sentences, k=3))[:20_000],
                "needs": "", "elsewhere": "", "existing": "",
                "stage": _stage(n),
                "created_at": START + timedelta(seconds=n),
                "submitted_at": START + timedelta(seconds=n),
                "updated_at": START + timedelta(seconds=n),
            }
            for n in range(first, min(number, first + _PART))
        ]  # fmt: skip
        with write_session(site.app) as session:
            # With its missing authors, or each row would be a statement of its own.
            several = insert(Idea).execution_options(render_nulls=True)
            if not searched:
                session.execute(several, rows)
                continue
            ids = session.scalars(several.returning(Idea.id), rows).all()
            keep(session, CORE.name, IDEAS, service.id, list(ids))
    _hang_on(site, site.active())
    with site.app.app_context(), write_session(site.app) as session:
        session.execute(text("ANALYZE"))


def _stage(n: int) -> str:
    turn = n % 100
    return "accepted" if turn < 30 else "withdrawn" if turn < 32 else "submitted"


def _hang_on(site: Site, active: frozenset[str]) -> None:
    """What follows from the ideas that are there, made by the database of their rows."""
    given = {"service": site.service.id, "citizen": site.people.citizen.id}
    statements = [*_CORE]
    if "discussion" in active:
        statements += _DISCUSSION
    if "voting" in active:
        statements += _VOTING
    with write_session(site.app) as session:
        expect_long_work(session)
        for statement in statements:
            _run(session, statement, given)
        _close_log(session, given)
        # PostgreSQL would take the tables for nearly empty, and read one for each row of another.
        session.execute(text("ANALYZE"))
        recount(session, site.service.id)


def _run(session: Session, statement: str, given: dict[str, int]) -> None:
    used = {name: value for name, value in given.items() if f":{name}" in statement}
    session.execute(text(statement), used)


def _close_log(session: Session, given: dict[str, int]) -> None:
    """Let the head, and the cursors of all who read, stand behind the last event."""
    last = "(SELECT max(position) FROM event_log WHERE service_id = :service)"
    for statement in (
        f"UPDATE log_head SET position = {last}, shown = {last} WHERE service_id = :service",
        (
            f"UPDATE subscription SET position = {last}, handled = {last}, shown = {last}"
            " WHERE service_id = :service"
        ),
    ):
        session.execute(text(statement), {"service": given["service"]})


def _told(name: str, data: str, origin: str) -> str:
    """The statement that writes the events ``name`` about the rows of ``origin`` into the log."""
    return (
        "INSERT INTO event_log (service_id, position, event_id, type, version, subject, actor_id,"
        " occurred_at, data, depth) SELECT :service, (SELECT coalesce(max(position), 0) FROM"
        " event_log WHERE service_id = :service) + row_number() OVER (ORDER BY it.id),"
        f" '{name}/' || CAST(it.id AS VARCHAR(20)), '{name}', 1,"
        f" it.subject, NULL, it.at, {data}, 0 FROM ({origin}) AS it"
    )


def _json(**fields: str) -> str:
    """The SQL of a payload whose ``fields`` are SQL of numbers, or of quoted words."""
    inside = " || ',' || ".join(
        f"'\"{name}\":' || CAST({value} AS VARCHAR(80))" for name, value in fields.items()
    )
    return f"'{{' || {inside} || '}}'"


_IDEAS = "FROM idea WHERE service_id = :service"
_NAMED = "'idea:' || CAST(id AS VARCHAR(20))"
_SUBJECT = f"{_NAMED} AS subject"
_NONE = "'null'"

_CORE = (
    ("INSERT INTO idea_subject (idea_id, subject_id) SELECT idea.id, subject.id FROM idea"
    " JOIN subject ON subject.service_id = idea.service_id AND (idea.id + subject.id) % 3 = 0"
    " WHERE idea.service_id = :service"),
    ("INSERT INTO idea_commune (idea_id, commune_code) SELECT idea.id, commune.code FROM idea"
    " JOIN (SELECT code, row_number() OVER (ORDER BY code) AS n FROM commune) AS commune"
    " ON commune.n = idea.id % 40 WHERE idea.service_id = :service"),
    _told(
        "idea.submitted",
        _json(idea_id="it.id", author_id=f"coalesce(CAST(it.author_id AS VARCHAR(20)), {_NONE})"),
        f"SELECT id, author_id, submitted_at AS at, {_SUBJECT} {_IDEAS}",
    ),
    ("INSERT INTO stage_change (idea_id, from_stage, to_stage, actor_id, at, reason)"
    f" SELECT id, 'submitted', stage, NULL, updated_at, 'Vu.' {_IDEAS} AND stage <> 'submitted'"),
    _told(
        "idea.stage_changed",
        _json(
            idea_id="it.id", from_stage="'\"submitted\"'", to_stage="'\"accepted\"'",
            change_id="it.change",
        ),
        "SELECT idea.id, stage_change.id AS change, at,"
        " 'idea:' || CAST(idea.id AS VARCHAR(20)) AS subject FROM idea JOIN stage_change"
        " ON idea_id = idea.id WHERE service_id = :service AND stage = 'accepted'",
    ),
    _told(
        "idea.withdrawn",
        _json(idea_id="it.id", from_stage="'\"submitted\"'", change_id="it.change"),
        "SELECT idea.id, stage_change.id AS change, at,"
        " 'idea:' || CAST(idea.id AS VARCHAR(20)) AS subject FROM idea JOIN stage_change"
        " ON idea_id = idea.id WHERE service_id = :service AND stage = 'withdrawn'",
    ),
    ("INSERT INTO moderation_decision (service_id, subject, reason, decided_at)"
    f" SELECT :service, {_NAMED}, 'Hors sujet.', updated_at"
    f" {_IDEAS} AND id % 100 = 50"),
    _told(
        "content.hidden",
        _json(content="'\"' || it.subject || '\"'", decision_id="it.id"),
        "SELECT id, subject, decided_at AS at FROM moderation_decision"
        " WHERE service_id = :service AND restored_at IS NULL",
    ),
)  # fmt: skip

_DISCUSSION = (
    ("INSERT INTO discussion_comment (service_id, idea_id, author_id, depth, stance, body,"
    " posted_at) SELECT service_id, id, :citizen, 1, 'neutral', problem, submitted_at"
    f" {_IDEAS} AND id % 2 = 0"),
    _told(
        "discussion.comment_posted",
        _json(
            comment_id="it.id", idea_id="it.idea_id", author_id="it.author_id",
            stance="'\"neutral\"'", parent_id=_NONE, imported="'false'",
        ),
        "SELECT id, idea_id, author_id, posted_at AS at,"
        " 'discussion.comment:' || CAST(id AS VARCHAR(20)) AS subject"
        " FROM discussion_comment WHERE service_id = :service",
    ),
    ("INSERT INTO discussion_standing (comment_id, service_id, idea_id, stance, hidden, withdrawn)"
    " SELECT id, service_id, idea_id, stance, false, false FROM discussion_comment"
    " WHERE service_id = :service"),
    ("INSERT INTO discussion_count (service_id, idea_id, stance, comments)"
    " SELECT service_id, idea_id, stance, count(*) FROM discussion_comment"
    " WHERE service_id = :service GROUP BY service_id, idea_id, stance"),
)  # fmt: skip

_VOTING = (
    (
        "INSERT INTO voting_support (idea_id, person_id, service_id, given_at)"
        f" SELECT id, :citizen, service_id, submitted_at {_IDEAS} AND id % 3 = 0"
    ),
    _told(
        "voting.support_given",
        _json(idea_id="it.id", person_id="it.person_id"),
        "SELECT idea_id AS id, person_id, given_at AS at,"
        " 'idea:' || CAST(idea_id AS VARCHAR(20)) AS subject"
        " FROM voting_support WHERE service_id = :service",
    ),
    (
        "INSERT INTO plugin_counter (service_id, plugin, name, subject, value)"
        " SELECT service_id, 'voting', 'supports', 'idea:' || CAST(idea_id AS VARCHAR(20)),"
        " count(*)"
        " FROM voting_support WHERE service_id = :service GROUP BY service_id, idea_id"
    ),
)
