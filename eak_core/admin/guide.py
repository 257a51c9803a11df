"""The guide of those who run a service or the site, within their pages: the same text that the
documentation shows (``eak_core/guides/administration.md``).

A section says in a comment below its heading which pages it helps with, by their endpoints or their
blueprints: ``<!-- helps: ideas_manage manage.home -->``.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from flask import g, request, url_for
from markupsafe import Markup

from eak_core.admin.desk import blueprint as administration
from eak_core.admin.manage import blueprint, has_desk
from eak_core.errors import Forbidden
from eak_core.i18n import _l
from eak_core.permissions import may
from eak_core.search.words import folded
from eak_core.web import render
from eak_core.web.acts import Answer
from eak_core.web.markdown import markdown

GUIDE = Path(__file__).resolve().parent.parent / "guides" / "administration.md"
_HELPS = re.compile(r"<!-- helps: ([\w. ]+) -->\n")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?!https?://)[^)]*\)")
#: What begins a line of its own in Markdown: an entry, a cell, a heading, a quotation.
_BEGINS = re.compile(r"\s*(?:[-*]\s|[|>#]|\d+\.\s)")


class Section(NamedTuple):
    """A part of the guide: where it stands on its page (``slug``), its ``title`` and its text; and
    the endpoints and blueprints of the pages that it helps with."""

    slug: str
    title: str
    html: Markup
    helps: tuple[str, ...]


@cache
def sections() -> tuple[Section, ...]:
    """The guide, section by section."""
    _head, *parts = re.split(r"^## ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return tuple(_section(*part.split("\n", 1)) for part in parts)


def _section(title: str, text: str) -> Section:
    helps = _HELPS.search(text)
    slug = re.sub(r"[^a-z0-9]+", "-", folded(title)).strip("-")
    pictures_out = re.sub(r"^!\[.*$", "", _HELPS.sub("", text), flags=re.MULTILINE)
    # What leads to another page of the documentation has no place on the site.
    words = _LINK.sub(r"\1", "\n".join(_unwrapped(pictures_out)))
    return Section(slug, title, markdown(words), tuple(helps[1].split()) if helps else ())


def _unwrapped(text: str) -> Iterator[str]:
    """``text`` with each paragraph on a line: it is wrapped for those who write it."""
    line = ""
    for each in text.splitlines():
        if line and each.strip() and not _BEGINS.match(each):
            line += f" {each.strip()}"
            continue
        yield line
        line = each
    yield line


@cache
def helping() -> Mapping[str, Section]:
    """The section that helps, by the endpoint or the blueprint of a page."""
    return {each: section for section in sections() for each in section.helps}


def help_here() -> tuple[str, str] | None:
    """The address and the title of what helps with this page, for those who run the service or the
    site; None where nothing does."""
    endpoint = request.endpoint or ""
    found = helping().get(endpoint) or helping().get(endpoint.partition(".")[0])
    if found is None:
        return None
    if g.get("service") is not None:
        if not has_desk(g.service, g.actor):
            return None
        return url_for("manage.guide", _anchor=found.slug), found.title
    if not may(g.actor, "site.administer"):
        return None
    return url_for("admin.guide", _anchor=found.slug), found.title


@administration.get("/aide", endpoint="guide")
def guide_of_administrators() -> Answer:
    """The guide, for administrators."""
    return render("admin/guide.html", parts=sections())


@blueprint.get("/aide", endpoint="guide")
def guide_of_managers() -> Answer:
    """The guide, for the managers of a service."""
    if not has_desk(g.service, g.actor):
        raise Forbidden(_l("This guide is for those who run the service."))
    return render("manage/guide.html", parts=sections())
