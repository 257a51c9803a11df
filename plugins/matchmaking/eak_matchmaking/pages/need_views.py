"""What is missing, where ideas are shown, and the forms of who says so."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import g, redirect
from markupsafe import Markup

from eak_core.api import (
    Actor,
    Answer,
    Form,
    HistoryEntry,
    Idea,
    ReasonForm,
    Service,
    Session,
    Today,
    _,
    attempt,
    current_session,
    form_page,
    fragment,
    hidden_reasons,
    idea_url,
    limited,
    may,
    paginate,
    public_idea,
    render,
)
from eak_matchmaking.models import Need
from eak_matchmaking.needs import finding, reported, stating
from eak_matchmaking.pages import resource_words
from eak_matchmaking.pages.blueprint import blueprint, manage
from eak_matchmaking.pages.resource_forms import need_form
from eak_matchmaking.resources import today

#: So many are counted and shown of the list.
MOST_SHOWN = 1_000

limit_needs = limited("matchmaking.need", "20/minute;200/day")


@blueprint.get("/besoins")
def needs() -> Answer:
    """All that is missing to try the ideas of the service."""
    page = paginate(current_session(), finding.open_needs(g.service.id), most=MOST_SHOWN)
    return render("matchmaking/needs.html", page=page, words=resource_words)


@blueprint.get("/besoins/<int:need_id>")
def need(need_id: int) -> Answer:
    """The lasting address of a need: it leads to its place under the idea."""
    _need, idea = finding.need_of(current_session(), g.service, need_id)
    return redirect(_place(idea))


@blueprint.route("/idees/<int:idea_id>/besoins/nouveau", methods=["GET", "POST"])
def state_need(idea_id: int) -> Answer:
    """Say that something is missing to try an idea."""
    session, form = current_session(), need_form()
    idea = public_idea(session, g.service, idea_id)
    stating.require_stating(g.actor, g.service, idea)

    @limit_needs
    def act() -> Need:
        return stating.state(session, g.actor, g.service, idea, form.terms(), form_key=form.key)

    done = (_("Everybody sees now that it is missing."), _place(idea))
    return attempt(form, act, done=done) or form_page(
        "matchmaking/need_form.html", form, idea=idea, back=_place(idea), need=None
    )


@blueprint.route("/besoins/<int:need_id>/modifier", methods=["GET", "POST"])
def edit_need(need_id: int) -> Answer:
    """Change what is said to be missing."""
    session = current_session()
    stated, idea = _stated(need_id)
    form = need_form(stated)

    @limit_needs
    def act() -> None:
        stating.edit_need(
            session, g.actor, g.service, idea, stated, form.terms(), seen=form.seen.data
        )

    return attempt(form, act, done=(_("Your changes are public."), _place(idea))) or form_page(
        "matchmaking/need_form.html", form, idea=idea, back=_place(idea), need=stated
    )


@blueprint.route("/besoins/<int:need_id>/retirer", methods=["GET", "POST"])
def withdraw_need(need_id: int) -> Answer:
    """Say that it is not needed after all."""
    return _settle(
        need_id, stating.withdraw_need, _("It is not asked for any more."),
        title=_("It is not needed any more"),
        told=_("It leaves the page of the idea and the list of what is missing."),
        button=_("Withdraw this need"),
    )  # fmt: skip


@blueprint.route("/besoins/<int:need_id>/trouve", methods=["GET", "POST"])
def meet_need(need_id: int) -> Answer:
    """Say that it has been found."""
    return _settle(
        need_id, stating.say_met, _("Good news: it has been found."),
        title=_("It has been found"),
        told=_("The page of the idea shows it as found, and nobody is asked for it any more."),
        button=_("It has been found"),
    )  # fmt: skip


def _settle(need_id: int, settle: Any, said: str, **words: str) -> Answer:
    session, form = current_session(), Form()
    stated, idea = _stated(need_id)
    return attempt(
        form,
        lambda: settle(session, g.actor, g.service, idea, stated),
        done=(said, _place(idea)),
    ) or form_page(
        "matchmaking/need_settle.html", form, idea=idea, back=_place(idea), need=stated,
        amount=resource_words.amount(stated), **words,
    )  # fmt: skip


def _stated(need_id: int) -> tuple[Need, Idea]:
    """A need with its idea, for whoever may say what that one needs. `Forbidden` otherwise."""
    stated, idea = finding.need_of(current_session(), g.service, need_id)
    stating.require_stating(g.actor, g.service, idea)
    return stated, idea


def _place(idea: Idea) -> str:
    return f"{idea_url(idea)}#besoins"


@manage.route("/besoins/<int:need_id>/masquer", methods=["GET", "POST"])
def hide_need(need_id: int) -> Answer:
    """Hide what an idea needs, with a public reason."""
    return _moderate(need_id, reported.hide_need, _("It is hidden."))


@manage.route("/besoins/<int:need_id>/retablir", methods=["GET", "POST"])
def show_need(need_id: int) -> Answer:
    """Show it again, with a public reason."""
    return _moderate(need_id, reported.show_need, _("It is shown again."))


def _moderate(need_id: int, act: Any, said: str) -> Answer:
    session, form = current_session(), ReasonForm()
    stated, idea = finding.need_of(session, g.service, need_id)
    return attempt(
        form,
        lambda: act(session, g.actor, g.service, stated, form.reason.data or ""),
        done=(said, _place(idea)),
    ) or form_page(
        "matchmaking/need_moderate.html",
        form,
        need=stated,
        idea=idea,
        back=_place(idea),
        hides=act is reported.hide_need,
    )


def idea_section(session: Session, service: Service, idea: Idea, actor: Actor) -> Markup | None:
    """What is missing to try an idea, on its page; nothing where nothing is, to whoever may not say
    so."""
    every = finding.needs_of(session, idea.id)
    hidden = hidden_reasons(session, service.id, [each.subject for each in every])
    may_state = stating.may_state(actor, service, idea)
    stated = [each for each in every if may_state or each.subject not in hidden]
    if not stated and not may_state:
        return None
    lacking = finding.missing_for(session, service.id, [idea.id]).get(idea.id, ())
    return fragment(
        "matchmaking/idea_needs.html",
        idea=idea,
        needs=stated,
        line=resource_words.line(lacking),
        hidden=hidden,
        may_state=may_state,
        runs=may(actor, "matchmaking.run", service),
        today=today(),
        words=resource_words,
    )


def found(session: Session, idea: Idea) -> Iterator[HistoryEntry]:
    """What was missing to try an idea and has been found."""
    met = [each for each in finding.needs_of(session, idea.id) if each.met_at is not None]
    hidden = hidden_reasons(session, idea.service_id, [each.subject for each in met])
    for each in met:
        if each.met_at is not None and each.subject not in hidden:
            yield HistoryEntry(each.met_at, _("Found: %(what)s", what=each.what))


def card_lines(session: Session, service: Service, ideas: Sequence[Any]) -> Mapping[int, str]:
    """What is missing for each idea of a list, in one line, with one statement."""
    found = finding.missing_for(session, service.id, [idea.id for idea in ideas])
    return {idea_id: resource_words.line(each) for idea_id, each in found.items()}


def home_section(session: Session, service: Service) -> Iterator[Today]:
    """How many ideas look for a partner, on the home page of a service; nothing where none does."""
    number = finding.count_waiting(session, service.id)
    if number:
        yield Today(fragment("matchmaking/home_needs.html", number=number))
