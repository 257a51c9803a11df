"""Feeds: what is new, for whoever follows it (Atom, RFC 4287)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, g, render_template, request

from eak_core.web.links import on_site

# What no XML document may hold (XML 1.0, 2.2), wherever a text came from.
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed tells of one thing. ``id`` is an address that stays when its title changes,
    ``url`` that of its page; ``summary`` is plain text, ``html`` the whole content as pages have
    it. ``categories`` are words for programs with their names for people, ``links`` further
    addresses with their media type, ``enclosures`` pictures and documents with theirs and what they
    are. Without an ``author``, it is the feed's; ``coauthors`` wrote it with them."""

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    author: str = ""
    coauthors: tuple[str, ...] = ()
    summary: str = ""
    html: str = ""
    categories: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    enclosures: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """The latest of something in a service. ``home`` is the page it is the feed of, ``id`` the
    address that is its name for ever."""

    id: str
    title: str
    home: str
    entries: Sequence[Entry]


def atom(feed: Feed) -> Response:
    """The answer with ``feed``. Where nothing has happened yet, it is as old as its service."""
    updated = max((each.updated for each in feed.entries), default=g.service.created_at)
    text = render_template(
        "feeds/atom.xml", feed=feed, updated=updated, itself=on_site(request.url)
    )
    return Response(_NOT_XML.sub("", text), content_type="application/atom+xml; charset=utf-8")
