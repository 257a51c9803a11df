"""The pages of the discussion: the latest comments, and the forms around one comment."""

from typing import Any

from flask import Response, g, get_template_attribute, redirect, request, url_for
from markupsafe import Markup

from eak_core.api import (
    Actor,
    Answer,
    Forbidden,
    Idea,
    NotFound,
    PluginBlueprint,
    Service,
    _,
    _l,
    attempt,
    current_session,
    form_page,
    fragment,
    hidden_reason,
    idea_url,
    limited,
    may,
    open_data,
    page_number,
    paginate,
    public_idea,
    render,
    require,
)
from eak_discussion import comments, mentions, thread
from eak_discussion.counts import counts
from eak_discussion.forms import STANCE_TITLES, CommentForm, ModerationForm, WithdrawForm
from eak_discussion.manifest import plugin
from eak_discussion.models import Comment

blueprint = PluginBlueprint(plugin, __name__)

FEED_LENGTH = 50

limit_comment = limited("discussion.comment", "10/minute;200/day")


@blueprint.get("/")
def index() -> Answer:
    """The latest comments of the service."""
    session = current_session()
    page = paginate(session, thread.latest(g.service.id), per_page=thread.LATEST)
    return render(
        "discussion/index.html",
        page=page,
        comments=_latest_entries(page.items),
        titles=STANCE_TITLES,
    )


@blueprint.get("/commentaires.atom")
def atom() -> Response:
    """The latest comments, as a feed (RFC 4287)."""
    rows = current_session().execute(thread.latest(g.service.id).limit(FEED_LENGTH)).all()
    home = url_for("discussion.index", _external=True)
    title = _("Comments – %(service)s", service=g.service.name)
    entries = [_feed_entry(*each) for each in _latest_entries(rows)]
    return open_data.atom(open_data.Feed(home, title, home, entries))


def _feed_entry(entry: thread.Entry, title: str) -> open_data.Entry:
    """What was hidden or withdrawn stays in the feed without its words, so that feed readers let go
    of them."""
    place = url_for("discussion.show", comment_id=entry.id, _external=True)
    return open_data.Entry(
        id=place,
        url=place,
        title=_("On “%(title)s”", title=title),
        published=entry.posted_at,
        updated=entry.updated_at,
        author=get_template_attribute("discussion/comment.html", "who")(entry),
        html=get_template_attribute("discussion/comment.html", "words")(entry),
        categories=((entry.stance, str(STANCE_TITLES[entry.stance])),) if entry.readable else (),
    )


def _latest_entries(rows: Any) -> list[tuple[thread.Entry, str]]:
    """Each row of `thread.latest` as an entry with the title of its idea."""
    read = thread.entries(current_session(), g.service, [row.Comment for row in rows])
    return [(entry, row.title) for entry, row in zip(read, rows, strict=True)]


@blueprint.get("/commentaires/<int:comment_id>")
def show(comment_id: int) -> Answer:
    """The lasting address of a comment: it leads to its place under the idea, in whichever service
    that is by now."""
    place = comments.service_of(current_session(), g.actor, comment_id)
    if place is not None and place.id != g.service.id:
        there = url_for("discussion.show", service_slug=place.slug, comment_id=comment_id)
        return redirect(there)
    return redirect(_place(comments.comment_of(current_session(), g.service, comment_id)))


@blueprint.route("/idees/<int:idea_id>/commenter", methods=["GET", "POST"])
def comment(idea_id: int) -> Answer:
    """Comment on an idea."""
    idea = public_idea(current_session(), g.service, idea_id)
    return _write(idea, None)


@blueprint.route("/commentaires/<int:comment_id>/repondre", methods=["GET", "POST"])
def answer(comment_id: int) -> Answer:
    """Answer a comment."""
    session = current_session()
    parent = comments.comment_of(session, g.service, comment_id)
    return _write(public_idea(session, g.service, parent.idea_id), parent)


def _write(idea: Idea, parent: Comment | None) -> Answer:
    """Show the form, or post what it holds; whatever is refused is shown again as typed."""
    session, form = current_session(), CommentForm()
    if request.method != "POST":
        require(g.actor, "discussion.comment", g.service)
        comments.require_open(session, g.service, idea)
        if parent is not None:
            comments.require_answerable(session, g.service, parent)
    return attempt(
        form, lambda: _post(form, idea, parent), done=lambda said: _posted(said, idea, parent)
    ) or form_page(
        "discussion/write.html",
        form,
        idea=idea,
        answered=thread.entries(session, g.service, [parent])[0] if parent else None,
    )


@limit_comment
def _post(form: CommentForm, idea: Idea, parent: Comment | None) -> Comment:
    return comments.post_comment(
        current_session(), g.actor, g.service, idea,
        body=form.body.data or "", stance=form.stance.data or "", parent=parent, form_key=form.key,
    )  # fmt: skip


def _posted(comment: Comment, idea: Idea, parent: Comment | None) -> tuple[str, str]:
    said = _("Thank you! Your comment is public.")
    if comment.edited_at:
        said = _("Your changes are public.")
    answered = parent.author_id if parent is not None else None
    unclear = mentions.named_in(current_session(), g.service, idea, comment.body, answered).unclear
    if unclear:
        several = _(
            "Several people here are called %(name)s: none of them is told of it. Answer a comment"
            " of the one you mean.",
            name=", ".join(dict.fromkeys(unclear)),
        )
        said = f"{said} {several}"
    return said, _place(comment)


@blueprint.route("/commentaires/<int:comment_id>/modifier", methods=["GET", "POST"])
def edit(comment_id: int) -> Answer:
    """Change a comment soon after it was posted."""
    written = comments.comment_of(current_session(), g.service, comment_id)
    form = CommentForm()
    if request.method != "POST":
        comments.require_editable(current_session(), g.actor, g.service, written)
        # Not where it is sent: what is refused is shown again as typed, and nothing else, since the
        # words that stand there may be hidden, or somebody else's.
        form = CommentForm(data={"body": written.body, "stance": written.stance})
    return attempt(
        form,
        lambda: _change(form, written),
        done=lambda _changed: (_("Your changes are public."), _place(written)),
    ) or form_page("discussion/edit.html", form, comment=written)


@limit_comment
def _change(form: CommentForm, written: Comment) -> None:
    comments.edit_comment(
        current_session(), g.actor, g.service, written,
        body=form.body.data or "", stance=form.stance.data or "",
    )  # fmt: skip


@blueprint.route("/commentaires/<int:comment_id>/retirer", methods=["GET", "POST"])
def withdraw(comment_id: int) -> Answer:
    """Ask the author once more, then take the comment back."""
    session, form = current_session(), WithdrawForm()
    written = comments.comment_of(session, g.service, comment_id)
    if not comments.may_withdraw(g.actor, g.service, written):
        raise Forbidden(_l("Only the author of a comment can change it or take it back."))
    return attempt(
        form,
        lambda: comments.withdraw_comment(session, g.actor, g.service, written),
        done=lambda _gone: (_("Your comment is withdrawn. Its place says so."), _place(written)),
    ) or form_page(
        "discussion/withdraw.html", form, entry=thread.entries(session, g.service, [written])[0]
    )


@blueprint.route("/commentaires/<int:comment_id>/masquer", methods=["GET", "POST"])
def hide(comment_id: int) -> Answer:
    """Hide a comment, with a public reason."""
    return _moderate(
        comment_id, comments.hide_comment, "discussion/hide.html", _l("The comment is hidden.")
    )


@blueprint.route("/commentaires/<int:comment_id>/retablir", methods=["GET", "POST"])
def restore(comment_id: int) -> Answer:
    """Show a hidden comment to its moderators, and to everybody again with a public reason."""
    shown = _l("The comment is shown again.")
    return _moderate(comment_id, comments.restore_comment, "discussion/restore.html", shown)


def _moderate(comment_id: int, act: Any, template: str, done: Any) -> Answer:
    require(g.actor, "discussion.moderate", g.service)
    session, form = current_session(), ModerationForm()
    written = comments.comment_of(session, g.service, comment_id)
    because = hidden_reason(session, g.service.id, written.subject)
    if template.endswith("restore.html") and because is None:
        raise NotFound(_l("This comment is not hidden."))
    return attempt(
        form,
        lambda: act(session, g.actor, g.service, written, form.reason.data),
        done=lambda _done: (done, _place(written)),
    ) or form_page(template, form, comment=written, because=because)


def _place(about: Comment) -> str:
    """The address of a comment under its idea."""
    session = current_session()
    idea = public_idea(session, g.service, about.idea_id)
    number = thread.page_of(session, about)
    query = f"?page={number}" if number > 1 else ""
    return f"{idea_url(idea)}{query}#commentaire-{about.id}"


def home_section(service: Service, most: int) -> Markup | None:
    """The latest comments, for the home page of a service; nothing where there are none."""
    rows = current_session().execute(thread.latest(service.id).limit(most)).all()
    if not rows:
        return None
    return fragment("discussion/home.html", comments=_latest_entries(rows), titles=STANCE_TITLES)


def section(service: Service, idea: Idea, actor: Actor) -> Markup:
    """The discussion below the text of an idea, with the form for whoever may comment."""
    session = current_session()
    is_open = comments.is_open(session, service, idea)
    try:
        page = thread.threads(session, actor, service, idea, _asked_page(), is_open=is_open)
    except NotFound:
        # The address belongs to the idea, which exists whatever the number behind it.
        page = thread.threads(session, actor, service, idea, 1, is_open=is_open)
    takes = is_open and may(actor, "discussion.comment", service)
    return fragment(
        "discussion/section.html",
        idea=idea,
        page=page,
        counts=counts(session, service.id, [idea.id])[idea.id],
        is_open=is_open,
        form=CommentForm(formdata=None) if takes else None,
        sign_in=url_for("discussion.comment", idea_id=idea.id),
        titles=STANCE_TITLES,
    )


def _asked_page() -> int:
    try:
        return page_number()
    except NotFound:
        return 1
