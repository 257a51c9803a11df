"""A letter as it is read: HTML in one column, and the same as plain text.

The HTML is written by hand and not by MJML: one column of headings, paragraphs and links needs no
tables but the one that keeps its width in Outlook; so it is small, reads from top to bottom in a
screen reader, and is the same document on a phone and on a wide screen. A picture is the same file
for all, no address is rewritten, and nothing tells who has opened it.
"""

import re
from typing import Any, NamedTuple

from flask import render_template
from flask_babel import force_locale

from eak_core.api import Digest, Service, _, ngettext
from eak_newsletter.issues.composing import LANGUAGE
from eak_newsletter.issues.content import Content, sections

#: Stand in for the addresses that are each reader's own.
PREFERENCES, STOP = "https://reader.invalid/preferences", "https://reader.invalid/stop"

_PARAGRAPHS = re.compile(r"\n\s*\n")


class Written(NamedTuple):
    """A letter in both forms."""

    subject: str
    html: str
    text: str


def write(
    service: Service,
    content: Content,
    *,
    archive: str,
    preferences: str = PREFERENCES,
    stop: str = STOP,
    archived: bool = True,
    look: str = "",
    digest: Digest | None = None,
) -> Written:
    """``content`` as a letter of ``service``; ``archive`` is its address on the web, or, of one
    that is not ``archived``, that of those which are. ``look`` shows
    an editor how it will be: ``phone`` in the width of one, ``dark`` as at night, ``words`` where
    no picture is fetched. ``digest`` is what its one reader follows."""
    with force_locale(LANGUAGE):
        values: dict[str, Any] = {
            "service": service,
            "content": content,
            "sections": list(sections(content.stories)),
            "paragraphs": paragraphs,
            "archive": archive,
            "preferences": preferences,
            "stop": stop,
            "look": look,
            "digest": digest,
            "words": _words(service, digest.more if digest else 0, archived=archived),
            "lang": LANGUAGE,
        }
        html = render_template("newsletter/letter.htm", **values)
        text = render_template("newsletter/letter.txt", **values)
    return Written(content.subject, _tight(html), f"{text.strip()}\n")


def paragraphs(text: str) -> list[str]:
    """``text`` in its paragraphs, which empty lines part."""
    return [" ".join(each.split()) for each in _PARAGRAPHS.split(text) if each.strip()]


def _words(service: Service, more: int, *, archived: bool) -> dict[str, str]:
    return {
        "archive": _("Read this letter on the site") if archived else _("Letters on the site"),
        "because": _(
            "You receive this letter because you have asked for it at this address: the letter of"
            " “%(service)s”. Nobody measures whether you open it.",
            service=service.name,
        ),
        "followed": _("What you follow"),
        "more": ngettext("And %(num)s more, on the site", "And %(num)s more, on the site", more),
        "with_it": _(
            "These notices come with this letter because they were due at the same time. They do"
            " not end with it: where you receive the letter no more, they come in a mail of their"
            " own."
        ),
        "told": _("Choose how I am told"),
        "preferences": _("Change what I receive"),
        "stop": _("Receive it no more"),
    }


def _tight(html: str) -> str:
    return "\n".join(line.strip() for line in html.splitlines() if line.strip()) + "\n"
