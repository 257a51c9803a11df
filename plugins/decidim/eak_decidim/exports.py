"""What the rows of a Decidim site's export mean.

Read as Decidim 0.15 to 0.31 write them (``proposal_serializer.rb`` and ``comment_serializer.rb`` of
these versions). Over the years ``title`` became ``title/fr`` with one column per language,
``created_at`` became ``published_at`` with both beside each other since 0.29, ``votes`` became
``supports`` and ``votes`` again, categories and scopes became taxonomies, and a withdrawn proposal
is told by its state, or by columns of its own.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from eak_core.api import ImportedComment, ImportedIdea, Invalid, _, clock
from eak_decidim.texts import as_markdown

#: When a proposal became public, else when it was begun.
DATES = ("published_at", "created_at")
FIGURES_OF_VOTES = ("votes", "supports")

PROPOSAL_COLUMNS = ("id", ("title", "title/fr"), ("body", "body/fr"), DATES[::-1], "url")
COMMENT_COLUMNS = (
    "id",
    "created_at",
    ("body", "body/fr"),
    "alignment",
    "commentable_id",
    "commentable_type",
    "root_commentable_url",
)

_PROPOSAL = "Decidim::Proposals::Proposal"
_COMMENT = "Decidim::Comments::Comment"
_PROPOSAL_PATH = re.compile(r"/proposals/(\d{1,18})/?$")
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_TRUE = {"true", "t", "1"}
# How Ruby writes names in several languages into one cell: {"en"=>"Climate", "fr"=>"Climat"}.
_NAMED = re.compile(r'"([\w-]{2,10})"\s*(?:=>|:)\s*"((?:[^"\\]|\\.)*)"')
_ZONE = re.compile(r"\s*(UTC|Z|[+-]\d\d:?\d\d)$")
_STANCES = {"-1": "against", "0": "neutral", "1": "for", "": "neutral"}


def proposed(values: Mapping[str, str]) -> ImportedIdea:
    """The proposal that a row describes. `Invalid` with the reason where it describes none."""
    number = _number(values["id"], "id")
    url, site = _url(values["url"], "url")
    _refuse_what_is_no_idea(values)
    votes, dated = _filled(values, FIGURES_OF_VOTES), _filled(values, DATES)
    return ImportedIdea(
        site=site,
        number=number,
        url=url,
        title=" ".join(_text(values, "title").split()),
        body=as_markdown(_text(values, "body")),
        at=_date(values[dated], dated),
        subjects=_subjects(values),
        place=" ".join(_text(values, "scope/name").split()),
        votes=_figure(values, votes),
        comments=_figure(values, "comments"),
        state=values.get("state", "").strip(),
        columns={"votes": votes, **{name: _column(values, name) for name in ("title", "body")}},
    )


def _refuse_what_is_no_idea(values: Mapping[str, str]) -> None:
    """Return for a proposal that stands on its own; `Invalid` for what its author took back, and
    for what only proposes other words for another one."""
    for column in ("withdrawn", "withdrawn_at", "state"):
        said = values.get(column, "").strip()
        if said and (column == "withdrawn_at" or said.lower() in {*_TRUE, "withdrawn"}):
            raise _wrong(column, _("Its author withdrew it on that site."))
    if values.get("is_amend", "").strip().lower() in _TRUE:
        reason = _("It is an amendment: other words for another proposal, and no idea of its own.")
        raise _wrong("is_amend", reason)


def _subjects(values: Mapping[str, str]) -> tuple[str, ...]:
    """The names of category or taxonomies, in French where they are in several languages."""
    names = [_text(values, "category/name")]
    told = _text(values, "taxonomies/name")
    if _NAMED.search(told):
        names += [_in_french(each) for each in re.split(r"\}\s*,\s*\{", told)]
    else:
        several = told.split(", ")
        ids = values.get("taxonomies/id", "").split(",")
        # A name may hold commas of its own: it is divided where that gives as many as there are.
        names += several if len(several) == len(ids) else [told]
    plain = (" ".join(name.split()) for name in names)
    return tuple(dict.fromkeys(name for name in plain if name))


def _in_french(told: str) -> str:
    names = dict(_NAMED.findall(told))
    name = names.get("fr") or next(filter(None, names.values()), "")
    return re.sub(r"\\(.)", r"\1", name)


def commented(values: Mapping[str, str]) -> ImportedComment:
    """The comment that a row describes. `Invalid` with the reason where it describes none."""
    number = _number(values["id"], "id")
    url, site = _url(values["root_commentable_url"], "root_commentable_url")
    path = _PROPOSAL_PATH.search(urlsplit(url).path)
    kind = values["commentable_type"].strip()
    if path is None or kind not in {_PROPOSAL, _COMMENT}:
        column = "commentable_type" if path else "root_commentable_url"
        raise _wrong(column, _("It is about something else than a proposal."))
    about = _number(values["commentable_id"], "commentable_id")
    alignment = values["alignment"].strip()
    if alignment not in _STANCES:
        reason = _("“%(value)s”: -1, 0 or 1 is expected.", value=_cut(alignment))
        raise _wrong("alignment", reason)
    return ImportedComment(
        origin=f"{site}/{number}",
        site=site,
        number=path[1],
        body=as_markdown(_text(values, "body")),
        written_at=_date(values["created_at"], "created_at"),
        parent=f"{site}/{about}" if kind == _COMMENT else None,
        details={"stance": _STANCES[alignment]},
        columns={"body": _column(values, "body"), "stance": "alignment"},
    )


def _text(values: Mapping[str, str], name: str) -> str:
    """A text in French where there is one, else in the first language that has it."""
    return values.get(_column(values, name), "").strip()


def _column(values: Mapping[str, str], name: str) -> str:
    """The column that `_text` reads."""
    return _filled(values, (name, f"{name}/fr", *(c for c in values if c.startswith(f"{name}/"))))


def _filled(values: Mapping[str, str], columns: Sequence[str]) -> str:
    """The first of ``columns`` that says something, else the first that there is."""
    present = [column for column in columns if column in values] or [*columns[:1]]
    return next((column for column in present if values.get(column, "").strip()), present[0])


def _number(text: str, column: str) -> str:
    if not _NUMBER.fullmatch(text.strip()):
        raise _wrong(column, _("“%(value)s” is no number.", value=_cut(text)))
    return str(int(text))


def _figure(values: Mapping[str, str], column: str) -> int | None:
    """A figure of the other site; None where it says nothing."""
    text = values.get(column, "").strip()
    return int(_number(text, column)) if text else None


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
        reason = _(
            "“%(value)s” is no address: without it, the row could not be recognised at the next"
            " import.",
            value=_cut(text),
        )
        raise _wrong(column, reason)
    return text, site


def _date(text: str, column: str) -> datetime:
    """An instant such as ``2019-01-24 22:29:15 +0100``."""
    zone = _ZONE.search(text.strip())
    try:
        if zone is None:
            raise ValueError
        offset = "+00:00" if zone[1] in {"UTC", "Z"} else zone[1]
        instant = datetime.fromisoformat(text.strip()[: zone.start()] + offset)
    except ValueError:
        reason = _(
            "“%(value)s” is no date with its zone, such as 2019-01-24 22:29:15 +0100.",
            value=_cut(text),
        )
        raise _wrong(column, reason) from None
    if instant.year < 1990 or instant > clock.now() + timedelta(days=1):
        raise _wrong(column, _("The date %(value)s cannot be right.", value=_cut(text)))
    return instant


def _wrong(column: str, reason: str) -> Invalid:
    return Invalid(reason, {column: reason})


def _cut(text: str) -> str:
    """As much of ``text`` as a sentence can quote."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39].rstrip()}…"
