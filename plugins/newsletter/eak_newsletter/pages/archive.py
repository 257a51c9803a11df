"""The letters that were sent, for everybody."""

from flask import Response, g, url_for

from eak_core.api import Answer, _, current_session, open_data, paginate, render
from eak_newsletter.issues import finding
from eak_newsletter.issues.content import sections
from eak_newsletter.issues.freezing import content_of
from eak_newsletter.issues.rendering import paragraphs
from eak_newsletter.issues.tables import Issue
from eak_newsletter.issues.views_total import READ
from eak_newsletter.pages.views import blueprint

FEED_LENGTH = 20


@blueprint.get("/")
def index() -> Answer:
    """What the letter is, how to get it, and those that were sent."""
    page = paginate(current_session(), finding.published(g.service.id))
    return render("newsletter/index.html", page=page)


@blueprint.get("/<int:number>")
def archived(number: int) -> Answer:
    """A letter as it was sent, without what is hidden since."""
    session = current_session()
    issue = finding.published_of(session, g.service, number)
    READ.add(issue.id)
    content = content_of(session, g.service, issue)
    return render(
        "newsletter/archived.html",
        issue=issue,
        content=content,
        sections=list(sections(content.stories)),
        paragraphs=paragraphs,
    )


@blueprint.get("/lettres.atom")
def atom() -> Response:
    """The letters that were sent, as a feed (RFC 4287)."""
    session = current_session()
    issues = session.scalars(finding.published(g.service.id).limit(FEED_LENGTH)).all()
    home = url_for("newsletter.index", _external=True)
    title = _("The letter of “%(service)s”", service=g.service.name)
    return open_data.atom(open_data.Feed(home, title, home, [_entry(each) for each in issues]))


def _entry(issue: Issue) -> open_data.Entry:
    place = url_for("newsletter.archived", number=issue.number, _external=True)
    began = issue.begun_at or issue.created_at
    return open_data.Entry(
        id=place,
        url=place,
        title=issue.subject,
        published=began,
        updated=began,
        summary=issue.intro,
    )
