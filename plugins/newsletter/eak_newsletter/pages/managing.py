"""What editors do: put a letter together, change it, look at it, freeze it."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

from flask import g, request, url_for
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from eak_core.api import (
    Answer,
    EditForm,
    Form,
    PluginBlueprint,
    _,
    _l,
    attempt,
    closed_document,
    current_session,
    files_form,
    files_of,
    finish,
    form_page,
    limited,
    paginate,
    person_address,
    reads_first,
    render,
    require,
    save_files,
    send_mail_to_address,
    takes_files,
)
from eak_newsletter.issues import editing, finding, freezing, pictures
from eak_newsletter.issues.composing import compose
from eak_newsletter.issues.rendering import Written, write
from eak_newsletter.issues.tables import (
    INTRO_LENGTH,
    SUBJECT_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Issue,
)
from eak_newsletter.manifest import plugin
from eak_newsletter.pages import desk
from eak_newsletter.pages.words import STATE_TITLES, STATE_TONES
from eak_newsletter.readers.finding import standings

blueprint = PluginBlueprint(plugin, "eak_newsletter", area="manage")

limit_test = limited("newsletter.test", "5/minute;40/day")

_LOOKS = {
    "telephone": "phone",
    "sombre": "dark",
    "sans-images": "words",
    "texte": "text",
}


class LetterForm(EditForm):
    """The subject of a letter and its first words."""

    subject = StringField(
        _l("Subject"),
        description=_l("What readers see in their mailbox before they open it."),
        validators=[
            InputRequired(_l("Say in one line what the letter is about.")),
            Length(max=SUBJECT_LENGTH),
        ],
    )
    intro = TextAreaField(
        _l("Introduction"),
        description=_l("A few words of yours, in plain text. An empty line begins a paragraph."),
        validators=[Optional(), Length(max=INTRO_LENGTH)],
        render_kw={"rows": 5},
    )


class StoryForm(EditForm):
    """A story in an editor's words."""

    title = StringField(
        _l("Title"),
        validators=[InputRequired(_l("Give it a title.")), Length(max=TITLE_LENGTH)],
    )
    text = TextAreaField(
        _l("Text"),
        description=_l("Plain text. An empty line begins a paragraph."),
        validators=[Optional(), Length(max=TEXT_LENGTH)],
        render_kw={"rows": 6},
    )


class ConfirmForm(Form):
    """Something is asked once more."""


@blueprint.before_request
def _only_editors() -> None:
    require(g.actor, "newsletter.edit", g.service)


@blueprint.get("/")
def index() -> Answer:
    """The letters of the service, and how many readers there are."""
    session = current_session()
    return render(
        "newsletter/manage.html",
        page=paginate(session, finding.all_of(g.service.id)),
        readers=standings(session, g.service.id),
        titles=STATE_TITLES,
        tones=STATE_TONES,
    )


@blueprint.post("/composer")
def put_together() -> Answer:
    """Put the next letter together from what happened."""
    issue = compose(current_session(), g.actor, g.service)
    said = _("The draft tells what happened until now.")
    return finish(said, url_for("newsletter_manage.show", issue_id=issue.id))


@blueprint.get("/<int:issue_id>")
def show(issue_id: int) -> Answer:
    """A letter: its draft to be edited, or how it stands."""
    session = current_session()
    issue = _issue(issue_id)
    return render(
        "newsletter/manage_issue.html",
        issue=issue,
        titles=STATE_TITLES,
        tones=STATE_TONES,
        content=freezing.content_of(session, g.service, issue),
        **(desk.values_of(session, issue) if issue.begun_at else {}),
    )


@blueprint.route("/<int:issue_id>/modifier", methods=["GET", "POST"])
def edit(issue_id: int) -> Answer:
    """Change the subject and the introduction."""
    issue = _issue(issue_id)
    form = LetterForm.showing({"subject": issue.subject, "intro": issue.intro})
    return attempt(
        form,
        lambda: editing.reword(
            current_session(),
            g.actor,
            g.service,
            issue_id,
            subject=form.subject.data or "",
            intro=form.intro.data or "",
            seen=form.seen.data,
        ),
        done=(_("The draft is changed."), _place(issue_id)),
    ) or form_page("newsletter/manage_edit.html", form, issue=issue, heading=_("Edit the letter"))


@blueprint.route("/<int:issue_id>/ajouter", methods=["GET", "POST"])
def add(issue_id: int) -> Answer:
    """Add a story of one's own."""
    return _write(issue_id, None, StoryForm(), _("Add a text"))


@blueprint.route("/nouvelles/<int:story_id>/modifier", methods=["GET", "POST"])
def rewrite(story_id: int) -> Answer:
    """Tell a story in other words."""
    story = editing.story_of(current_session(), g.service, story_id)
    form = StoryForm.showing({"title": story.title, "text": story.text})
    return _write(story.issue_id, story_id, form, _("Rewrite"))


def _write(issue_id: int, story_id: int | None, form: StoryForm, heading: str) -> Answer:
    issue = _issue(issue_id)
    return attempt(
        form,
        lambda: editing.rewrite(
            current_session(),
            g.actor,
            g.service,
            issue_id,
            story_id,
            title=form.title.data or "",
            text=form.text.data or "",
            seen=form.seen.data if story_id is not None else None,
        ),
        done=(_("The draft is changed."), _place(issue_id)),
    ) or form_page("newsletter/manage_edit.html", form, issue=issue, heading=heading)


@blueprint.route("/nouvelles/<int:story_id>/images", methods=["GET", "POST"])
@takes_files
@reads_first
def illustrate(story_id: int) -> Answer:
    """The pictures beside a story."""
    session = current_session()
    story = editing.story_of(session, g.service, story_id)
    subject = pictures.subject_of(story)
    form = files_form(files_of(session, g.service.id, plugin.name, subject), pictures_only=True)
    here = url_for("newsletter_manage.illustrate", story_id=story_id)

    def act() -> list[int]:
        editing.hold_draft(session, g.actor, g.service, story.issue_id)
        return save_files(session, g.actor, g.service, plugin.name, subject, form)

    def done(added: list[int]) -> tuple[str, str]:
        if added:
            return _("Your pictures are kept. Say what each shows: it appears then."), here
        return _("The draft is changed."), _place(story.issue_id)

    return attempt(form, act, done=done) or form_page(
        "newsletter/manage_edit.html",
        form,
        issue=_issue(story.issue_id),
        heading=_("Pictures"),
        about=story.title,
    )


@blueprint.post("/nouvelles/<int:story_id>/monter")
def move_up(story_id: int) -> Answer:
    """Move a story up by one."""
    return _arrange(partial(editing.move, by=-1), story_id)


@blueprint.post("/nouvelles/<int:story_id>/descendre")
def move_down(story_id: int) -> Answer:
    """Move a story down by one."""
    return _arrange(partial(editing.move, by=1), story_id)


@blueprint.post("/nouvelles/<int:story_id>/ecarter")
def leave_out(story_id: int) -> Answer:
    """Leave a story out."""
    return _arrange(partial(editing.leave_out, out=True), story_id)


@blueprint.post("/nouvelles/<int:story_id>/reprendre")
def take_up(story_id: int) -> Answer:
    """Tell a story that was left out."""
    return _arrange(partial(editing.leave_out, out=False), story_id)


def _arrange(act: Callable[..., None], story_id: int) -> Answer:
    session = current_session()
    issue_id = editing.story_of(session, g.service, story_id).issue_id
    act(session, g.actor, g.service, issue_id, story_id)
    return finish(None, f"{_place(issue_id)}#nouvelles")


@blueprint.get("/<int:issue_id>/apercu")
def preview(issue_id: int) -> Answer:
    """The letter as it will be read: ``?vue=telephone``, ``sombre``, ``sans-images``, ``texte``."""
    look = _LOOKS.get(request.args.get("vue", ""), "")
    written = _written(_issue(issue_id), look)
    if look == "text":
        return Response(written.text, content_type="text/plain; charset=utf-8")
    return closed_document(written.html)


@blueprint.post("/<int:issue_id>/essai")
@limit_test
def test(issue_id: int) -> Answer:
    """Send the letter to oneself, as it stands."""
    session, written = current_session(), _written(_issue(issue_id), "")
    address = person_address(session, g.actor.person_id)
    send_mail_to_address(
        session,
        plugin.name,
        address=address or "",
        subject=_("Test: %(subject)s", subject=written.subject),
        text=written.text,
        html=written.html,
        dedupe_key=f"test:{issue_id}:{uuid4()}",
        service_id=g.service.id,
    )
    return finish(_("A test is on its way to your address."), _place(issue_id))


@blueprint.route("/<int:issue_id>/figer", methods=["GET", "POST"])
def freeze(issue_id: int) -> Answer:
    """Freeze the letter: nobody changes it any more."""
    issue, form = _issue(issue_id), ConfirmForm()
    return attempt(
        form,
        lambda: freezing.freeze(current_session(), g.actor, g.service, issue_id),
        done=(_("The letter is frozen."), _place(issue_id)),
    ) or form_page("newsletter/manage_freeze.html", form, issue=issue)


@blueprint.route("/<int:issue_id>/abandonner", methods=["GET", "POST"])
def drop(issue_id: int) -> Answer:
    """Throw a draft away."""
    issue, form = _issue(issue_id), ConfirmForm()
    return attempt(
        form,
        lambda: editing.drop(current_session(), g.actor, g.service, issue_id),
        done=(_("The draft is thrown away."), url_for("newsletter_manage.index")),
    ) or form_page("newsletter/manage_drop.html", form, issue=issue)


def _issue(issue_id: int) -> Issue:
    return editing.issue_of(current_session(), g.service, issue_id)


def _place(issue_id: int) -> str:
    return url_for("newsletter_manage.show", issue_id=issue_id)


def _written(issue: Issue, look: str) -> Written:
    # The links that are each reader's own lead an editor to the archive.
    archive = url_for("newsletter.archived", number=issue.number or 0, _external=True)
    content = freezing.content_of(current_session(), g.service, issue)
    return write(g.service, content, archive=archive, preferences=archive, stop=archive, look=look)
