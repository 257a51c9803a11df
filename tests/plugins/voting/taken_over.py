"""A file of Pabulib, taken over, and what it left behind."""

import io
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from eak_core.events.models import ScheduledWork
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_voting.models import Ballot
from eak_voting.publishing import pabulib
from eak_voting.publishing.importing import Imported, take_over
from eak_voting.publishing.published import BallotFile
from eak_voting.publishing.stored import file_of

DATA = Path(__file__).resolve().parents[4] / "shared/data/pabulib"
SMALL = """META
key;value
description;A small town
country;France
unit;Petiteville
instance;2024
num_projects;3
num_votes;4
budget;100
vote_type;approval
rule;equalshares
date_begin;01.06.2024
date_end;04.07.2024
min_length;1
max_length;2
currency;EUR
PROJECTS
project_id;cost;votes;name
a;60.0;3;Benches
b;50;2;Trees
c;40;1;
VOTES
voter_id;vote
anne;a
bob;a,b
carl;b,c
dora;a
"""


def parsed(text: str) -> pabulib.PabulibFile:
    return pabulib.read(io.StringIO(text))


def bring(site: Site, text: str = SMALL, by: Actor | None = None) -> Imported:
    """Take a file over, and let a worker count it."""
    with site.writing() as session:
        done = take_over(session, by or Actor.system(), site.service, parsed(text))
    site.drain()
    with site.reading() as session:
        counted = session.get_one(Ballot, done.ballot.id, options=[undefer(Ballot.result)])
    return Imported(counted, done.created)


def published(site: Site, ballot: Ballot) -> BallotFile:
    with site.reading() as session:
        return file_of(session, site.service, session.get_one(Ballot, ballot.id))


def rows(site: Site, table: type) -> int:
    with site.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def work(site: Site) -> list[str]:
    """What is scheduled; what comes again each hour is there always."""
    with site.reading() as session:
        return list(session.scalars(select(ScheduledWork.name)))
