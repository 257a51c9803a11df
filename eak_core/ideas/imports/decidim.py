"""What the rows of a Decidim site's export mean.

Checked against the exports of Decidim 0.15 to 0.29: a column of texts is called ``title`` in older
ones, and ``title/fr`` with one column per language in newer ones.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from eak_core import clock
from eak_core.i18n import _
from eak_core.ideas.imports.texts import as_markdown
from eak_core.ideas.proposals import Origin
from eak_core.plugins.contributions import ImportedComment

SOURCE = "decidim"

PROPOSAL_COLUMNS = ("id", ("title", "title/fr"), ("body", "body/fr"), "created_at", "url")
COMMENT_COLUMNS = (
    "id",
    "created_at",
    ("body", "body/fr"),
    "alignment",
    "commentable_id",
    "commentable_type",
    "root_commentable_url",
)

URL_LENGTH = 500
REF_LENGTH = 80
SUBJECT_LENGTH = 80
LARGEST = 2**31 - 1

_PROPOSAL = "Decidim::Proposals::Proposal"
_COMMENT = "Decidim::Comments::Comment"
_PROPOSAL_PATH = re.compile(r"/proposals/(\d{1,18})/?$")
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_ZONE = re.compile(r"\s*(UTC|Z|[+-]\d\d:?\d\d)$")
_POSITIONS: Mapping[str, Literal["for", "neutral", "against"]] = {
    "-1": "against",
    "0": "neutral",
    "1": "for",
    "": "neutral",
}


class Unreadable(ValueError):
    """A row says something that cannot be; the message is the reason, for the report."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal of the other site. ``site`` is its name, ``subject`` its category, if any."""

    origin: Origin
    site: str
    title: str
    body: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Commented:
    """A comment of the other site, on the proposal ``number`` of ``site``.

    ``parent`` is the origin of the comment it answers.
    """

    origin: str
    site: str
    number: str
    parent: str | None
    body: str
    position: Literal["for", "neutral", "against"]
    at: datetime
    line: int

    def on(self, idea_id: int) -> ImportedComment:
        """The comment as plugins take it over, on the idea that the proposal has become."""
        return ImportedComment(
            origin=self.origin,
            idea_id=idea_id,
            body=self.body,
            written_at=self.at,
            position=self.position,
            parent=self.parent,
            line=self.line,
        )


def ref_of(site: str, number: str) -> str:
    """How a proposal is known here: its number is the only one of its kind on its site."""
    return f"{site}/{number}"


def proposed(values: Mapping[str, str]) -> Proposed:
    """The proposal that a row describes. `Unreadable` with the reason where it describes none."""
    number = _number(values["id"], "id")
    url, site = _url(values["url"], "url")
    ref = ref_of(site, number)
    if len(ref) > REF_LENGTH or len(url) > URL_LENGTH:
        raise Unreadable(_("Its address is too long."))
    subject = " ".join(_text(values, "category/name").split())
    if len(subject) > SUBJECT_LENGTH:
        subject = subject[: SUBJECT_LENGTH - 1].rstrip() + "…"
    return Proposed(
        origin=Origin(SOURCE, ref, url, _figure(values, "votes"), _figure(values, "comments")),
        site=site,
        title=" ".join(_text(values, "title").split()),
        body=as_markdown(_text(values, "body")),
        subject=subject,
        at=_date(values["created_at"]),
    )


def commented(values: Mapping[str, str], line: int) -> Commented:
    """The comment that a row describes. `Unreadable` with the reason where it describes none."""
    number = _number(values["id"], "id")
    url, site = _url(values["root_commentable_url"], "root_commentable_url")
    path = _PROPOSAL_PATH.search(urlsplit(url).path)
    kind = values["commentable_type"].strip()
    if path is None or kind not in {_PROPOSAL, _COMMENT}:
        raise Unreadable(_("It is about something else than a proposal."))
    about = _number(values["commentable_id"], "commentable_id")
    alignment = values["alignment"].strip()
    if alignment not in _POSITIONS:
        raise Unreadable(
            _(
                "“%(value)s” in the column “alignment”: -1, 0 or 1 is expected.",
                value=_cut(alignment),
            )
        )
    return Commented(
        origin=f"{site}/{number}",
        site=site,
        number=path[1],
        parent=f"{site}/{about}" if kind == _COMMENT else None,
        body=as_markdown(_text(values, "body")),
        position=_POSITIONS[alignment],
        at=_date(values["created_at"]),
        line=line,
    )


def _text(values: Mapping[str, str], name: str) -> str:
    """A text in French where there is one, else in the first language that has it."""
    found = (
        values[column]
        for column in (name, f"{name}/fr", *(c for c in values if c.startswith(f"{name}/")))
        if values.get(column, "").strip()
    )
    return next(found, "").strip()


def _number(text: str, column: str) -> str:
    if not _NUMBER.fullmatch(text.strip()):
        raise Unreadable(
            _(
                "“%(value)s” in the column “%(column)s” is no number.",
                value=_cut(text),
                column=column,
            )
        )
    return str(int(text))


def _figure(values: Mapping[str, str], column: str) -> int | None:
    """A figure of the other site; None where it says nothing."""
    text = values.get(column, "").strip()
    if not text:
        return None
    figure = int(_number(text, column))
    if figure > LARGEST:
        raise Unreadable(
            _("“%(value)s” in the column “%(column)s” is too large.", value=text, column=column)
        )
    return figure


def _url(text: str, column: str) -> tuple[str, str]:
    """An address, and the name of its site."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        site = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        site = ""
    else:
        if parts.scheme not in {"http", "https"} or re.search(r"[\s<>\"\\]", text):
            site = ""
    if not site:
        raise Unreadable(
            _(
                "“%(value)s” in the column “%(column)s” is no address: without it, the row could"
                " not be recognised at the next import.",
                value=_cut(text),
                column=column,
            )
        )
    return text, site


def _date(text: str) -> datetime:
    """An instant such as ``2019-01-24 22:29:15 +0100``."""
    zone = _ZONE.search(text.strip())
    try:
        if zone is None:
            raise ValueError
        offset = "+00:00" if zone[1] in {"UTC", "Z"} else zone[1]
        instant = datetime.fromisoformat(text.strip()[: zone.start()] + offset)
    except ValueError:
        raise Unreadable(
            _(
                "“%(value)s” in the column “created_at” is no date with its zone, such as"
                " 2019-01-24 22:29:15 +0100.",
                value=_cut(text),
            )
        ) from None
    if instant.year < 1990 or instant > clock.now() + timedelta(days=1):
        raise Unreadable(_("Its date, %(value)s, cannot be right.", value=_cut(text)))
    return instant


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"
