"""The pages of ideas for managers: ideas by stage, subjects, criteria, hiding and restoring."""

from typing import Any

from flask import g, request, url_for

from eak_core import clock
from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.i18n import _
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content import rows
from eak_core.ideas.content.attachments import shown_of
from eak_core.ideas.deciding import prepared, screening, transitions
from eak_core.ideas.describing import criteria, subjects
from eak_core.ideas.models import Criterion, Subject
from eak_core.ideas.pages.display import words
from eak_core.ideas.pages.forms import CriterionForm, NewSubjectForm, PromiseForm, SubjectForm
from eak_core.ideas.proposing import promises
from eak_core.ideas.reading import listing
from eak_core.ideas.stages import Graph, Stage
from eak_core.ideas.visibility import subject_of
from eak_core.moderation import decisions
from eak_core.permissions import require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.web import render
from eak_core.web.acts import Answer, ReasonForm, attempt, form_page
from eak_core.web.pagination import paginate

blueprint = ServiceBlueprint("ideas_manage", __name__, below="/gestion")
blueprint.context_processor(words)


#: How an address asks for those to which an answer is promised first.
PROMISE = "promesse"


@blueprint.before_request
def managers_only() -> None:
    """Everything here belongs to those who run the service; hiding asks again for its own right."""
    if request.endpoint not in {"ideas_manage.hide", "ideas_manage.restore"}:
        require(g.actor, "service.manage", g.service)


@blueprint.get("/idees")
def index() -> Answer:
    """The ideas of the service stage by stage, those that wait longest first."""
    session = current_session()
    graph = transitions.stage_graph(g.active)
    counts = listing.count_managed(session, g.service.id)
    stage = request.args.get("etape") or next(iter(counts), "submitted")
    known = {each.name for each in graph.stages()} | counts.keys()
    if stage not in known:
        raise NotFound(_("There is no such stage in this service."))
    order = PROMISE if request.args.get("tri") == PROMISE else ""
    listed = listing.managed(g.service.id, stage, by_promise=order == PROMISE)
    return render(
        "ideas/manage.html",
        page=paginate(session, listed, total=counts.get(stage, 0)),
        stage=graph.stage(stage),
        awaited=graph.awaits_answer(stage),
        order=order,
        now=clock.now(),
        tabs=[
            (each, counts.get(each.name, 0))
            for each in (*graph.stages(), *_elsewhere(graph, counts))
        ],
    )


@blueprint.route("/idees/delai", methods=["GET", "POST"])
def promise() -> Answer:
    """Within how many days an answer to an idea is promised."""
    session, form = current_session(), PromiseForm()
    if not form.is_submitted():
        form.days.data, form.opinions.data = g.service.answer_days, g.service.opinions

    def act() -> None:
        promises.change_promise(session, g.actor, g.service, form.days.data)
        screening.change_screening(session, g.actor, g.service, form.opinions.data)

    return attempt(form, act, done=(_("It is saved."), url_for("manage.home"))) or form_page(
        "ideas/promise.html", form
    )


@blueprint.get("/idees/reponses-preparees")
def prepared_answers() -> Answer:
    """The decisions that are prepared and not public yet, the oldest first."""
    graph = transitions.stage_graph(g.active)
    waiting = prepared.all_prepared(current_session(), g.service.id)
    return render("ideas/prepared.html", waiting=waiting, graph=graph)


def _elsewhere(graph: Graph, counts: dict[str, int]) -> list[Stage]:
    """Stages of plugins that are off or removed, in which ideas stand all the same."""
    names = {stage.name for stage in graph.stages()}
    return [graph.stage(name) for name in counts if name not in names]


@blueprint.route("/idees/<int:idea_id>/masquer", methods=["GET", "POST"])
def hide(idea_id: int) -> Answer:
    """Take an idea off every page, with a public reason."""
    session, form = current_session(), ReasonForm()
    require(g.actor, "content.hide", g.service)
    idea = rows.public_idea(session, g.service, idea_id)
    return attempt(
        form,
        lambda: decisions.hide(session, g.actor, g.service, subject_of(idea_id), form.reason.data),
        done=(_("The idea is hidden. Its page gives your reason."), idea_url(idea)),
    ) or form_page("ideas/hide.html", form, idea=idea)


@blueprint.route("/idees/<int:idea_id>/retablir", methods=["GET", "POST"])
def restore(idea_id: int) -> Answer:
    """Show a hidden idea to its moderators, and to everybody again with a public reason."""
    session, form = current_session(), ReasonForm()
    require(g.actor, "content.restore", g.service)
    idea = rows.idea_of(session, g.service, idea_id)
    reason = decisions.hidden_reason(session, g.service.id, subject_of(idea_id))
    if reason is None:
        raise NotFound(_("This idea is not hidden."))
    return attempt(
        form,
        lambda: decisions.restore(
            session, g.actor, g.service, subject_of(idea_id), form.reason.data
        ),
        done=(_("The idea is public again."), idea_url(idea)),
    ) or form_page(
        "ideas/restore.html",
        form,
        idea=idea,
        hidden_because=reason,
        files=shown_of(session, g.service.id, idea_id),
    )


@blueprint.get("/sujets")
def lists() -> Answer:
    """The subjects and the criteria with which ideas of this service are described."""
    return _lists()


def _lists(
    new: NewSubjectForm | None = None,
    subject_forms: dict[int, SubjectForm] | None = None,
    criterion_forms: dict[int, CriterionForm] | None = None,
) -> str:
    session, service_id = current_session(), g.service.id
    shown_subjects = subjects.subjects_of(session, service_id, archived=True)
    shown_criteria = criteria.criteria_of(session, service_id, archived=True)
    return render(
        "ideas/lists.html",
        new_subject=new or NewSubjectForm(formdata=None, prefix="new-"),
        subjects=[
            (each, (subject_forms or {}).get(each.id) or _subject_form(each))
            for each in shown_subjects
        ],
        criteria=[
            (each, (criterion_forms or {}).get(each.id) or _criterion_form(each))
            for each in shown_criteria
        ],
        usage=listing.count_by_subject(session, service_id),
    )


def _subject_form(subject: Subject, **options: Any) -> SubjectForm:
    options = options or {"formdata": None}
    return SubjectForm(
        prefix=f"subject-{subject.id}-",
        data={
            "name": subject.name,
            "position": subject.position,
            "archived": subject.archived_at is not None,
        },
        **options,
    )


def _criterion_form(criterion: Criterion, **options: Any) -> CriterionForm:
    options = options or {"formdata": None}
    return CriterionForm(
        prefix=f"criterion-{criterion.id}-",
        data={
            "name": criteria.criterion_name(criterion),
            "question": criteria.criterion_question(criterion),
            "weight": criterion.weight,
            "archived": criterion.archived_at is not None,
        },
        **options,
    )


@blueprint.post("/sujets")
def add_subject() -> Answer:
    """Add a subject at the end of the list."""
    session, form = current_session(), NewSubjectForm(prefix="new-")
    return attempt(
        form,
        lambda: subjects.add_subject(session, g.actor, g.service, form.name.data),
        done=lambda _added: (
            _("The subject “%(name)s” is in the list.", name=form.name.data),
            url_for("ideas_manage.lists"),
        ),
    ) or (_lists(new=form), form.answer_status)


@blueprint.post("/sujets/<int:subject_id>")
def change_subject(subject_id: int) -> Answer:
    """Rename, move, archive or restore a subject."""
    session = current_session()
    subject = subjects.subject_of(session, g.service, subject_id)
    form = _subject_form(subject, formdata=request.form)
    return attempt(
        form,
        lambda: subjects.change_subject(
            session, g.actor, g.service, subject_id,
            name=form.name.data, position=form.position.data, archived=form.archived.data,
        ),
        done=lambda _changed: (
            _("The subject “%(name)s” is saved.", name=form.name.data),
            url_for("ideas_manage.lists"),
        ),
    ) or (_lists(subject_forms={subject_id: form}), form.answer_status)  # fmt: skip


@blueprint.post("/criteres/<int:criterion_id>")
def change_criterion(criterion_id: int) -> Answer:
    """Reword, weigh, archive or restore a criterion."""
    session = current_session()
    criterion = criteria.criterion_of(session, g.service, criterion_id)
    form = _criterion_form(criterion, formdata=request.form)
    return attempt(
        form,
        lambda: criteria.change_criterion(
            session, g.actor, g.service, criterion_id,
            name=form.name.data or "", question=form.question.data or "",
            weight=form.weight.data, archived=form.archived.data,
        ),
        done=(_("The criterion is saved."), url_for("ideas_manage.lists")),
    ) or (_lists(criterion_forms={criterion_id: form}), form.answer_status)  # fmt: skip
