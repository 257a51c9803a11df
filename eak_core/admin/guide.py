"""The guides of those who run a service and of those who run the site, within their pages: the same
texts that the documentation shows (``eak_core/guides/``). Administrators read both.

A section says in a comment below its heading which pages it helps with, by their endpoints or their
blueprints: ``<!-- helps: ideas_manage manage.home -->``.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

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

GUIDES = Path(__file__).resolve().parent.parent / "guides"
#: Whose guide it is: those who run a service, or the site.
Reader = Literal["managing", "administration"]
READERS: tuple[Reader, ...] = get_args(Reader)
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
def sections(reader: Reader) -> tuple[Section, ...]:
    """The guide of ``reader``, section by section."""
    text = (GUIDES / f"{reader}.md").read_text(encoding="utf-8")
    _head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
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
def helping() -> Mapping[str, tuple[Reader, Section]]:
    """Whose guide helps, and its section, by the endpoint or the blueprint of a page."""
    return {
        each: (reader, section)
        for reader in READERS
        for section in sections(reader)
        for each in section.helps
    }


def help_here() -> tuple[str, str] | None:
    """The address and the title of what helps with this page, for those who run the service or the
    site; None where nothing does."""
    endpoint = request.endpoint or ""
    found = helping().get(endpoint) or helping().get(endpoint.partition(".")[0])
    if found is None:
        return None
    reader, section = found
    if reader == "managing":
        if g.get("service") is None or not has_desk(g.service, g.actor):
            return None
        return url_for("manage.guide", _anchor=section.slug), section.title
    if not may(g.actor, "site.administer"):
        return None
    return url_for("admin.guide", _anchor=section.slug), section.title


@administration.get("/aide", endpoint="guide")
def guide_of_administrators() -> Answer:
    """The guide of administrators."""
    return render("admin/guide.html", parts=sections("administration"), reader="administration")


@administration.get("/aide/gerer-un-service", endpoint="guide_of_managers")
def guide_of_managers_to_administrators() -> Answer:
    """The guide of managers, for administrators."""
    return render("admin/guide.html", parts=sections("managing"), reader="managing")


@blueprint.get("/aide", endpoint="guide")
def guide_of_managers() -> Answer:
    """The guide of managers, for those of a service."""
    if not has_desk(g.service, g.actor):
        raise Forbidden(_l("This guide is for those who run the service."))
    return render("manage/guide.html", parts=sections("managing"), reader="managing")
