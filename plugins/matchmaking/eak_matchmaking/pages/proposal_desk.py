"""Proposals where those who run a service decide, and where ideas and accounts show them."""

from collections.abc import Iterator

from flask import g
from markupsafe import Markup

from eak_core.api import (
    Actor,
    Answer,
    DeskItem,
    HistoryEntry,
    Idea,
    NavItem,
    ReasonForm,
    Service,
    Session,
    _,
    _l,
    attempt,
    current_session,
    fragment,
    lazy_ngettext,
    may,
    paginate,
    render,
)
from eak_matchmaking.models import Need
from eak_matchmaking.organisations.finding import acting_for
from eak_matchmaking.pages import proposal_words
from eak_matchmaking.pages.blueprint import manage
from eak_matchmaking.pages.proposal_forms import AcceptForm, QuestionForm
from eak_matchmaking.pages.proposal_views import act_page, place_of, seen_by_reader
from eak_matchmaking.proposals import deciding, finding, moderating, proposing
from eak_matchmaking.proposals.keeping import ensure_impartial, ensure_open, ensure_told


@manage.get("/propositions")
def proposals() -> Answer:
    """What is not decided yet: what waits for the service first, the oldest before all."""
    page = paginate(current_session(), finding.open_proposals(g.service.id))
    return render(
        "matchmaking/manage_proposals.html",
        page=page,
        words=proposal_words,
    )


@manage.route("/propositions/<int:proposal_id>/accepter", methods=["GET", "POST"])
def accept_proposal(proposal_id: int) -> Answer:
    """Accept a proposal: the organisation is to pilot the idea."""
    session, form, seen = current_session(), AcceptForm(), seen_by_reader(proposal_id)
    ensure_open(seen.proposal)
    ensure_told(seen.proposal)
    ensure_impartial(session, g.actor, seen.organisation.id)
    need = session.get(Need, seen.proposal.need_id) if seen.proposal.need_id else None
    if need is None or need.met_at is not None or need.withdrawn_at is not None:
        del form.meets

    def act() -> None:
        meets = bool(form.meets and form.meets.data)
        deciding.accept(session, g.actor, g.service, seen.proposal, meets=meets)

    return attempt(
        form, act, done=lambda _none: (_("The pilot is accepted: everybody sees it now."),
                                       place_of(seen.proposal)),
    ) or act_page(
        seen, form, _("Accept the proposal"), _("Accept it"),
        told=_("The page of the idea names the partner, what is offered goes to one pilot more, and"
               " the agreement can be printed."),
    )  # fmt: skip


@manage.route("/propositions/<int:proposal_id>/demander", methods=["GET", "POST"])
def ask_back(proposal_id: int) -> Answer:
    """Ask the organisation something before deciding."""
    session, form, seen = current_session(), QuestionForm(), seen_by_reader(proposal_id)
    ensure_open(seen.proposal)

    def act() -> None:
        words = form.words.data or ""
        deciding.ask_back(session, g.actor, g.service, seen.proposal, words)

    return attempt(
        form, act, done=lambda _none: (_("Your question is on its way."), place_of(seen.proposal))
    ) or act_page(seen, form, _("Ask the organisation"), _("Send the question"))


@manage.route("/propositions/<int:proposal_id>/decliner", methods=["GET", "POST"])
def decline_proposal(proposal_id: int) -> Answer:
    """Decline a proposal, for a public reason."""
    session, form, seen = current_session(), ReasonForm(), seen_by_reader(proposal_id)
    ensure_open(seen.proposal)
    ensure_impartial(session, g.actor, seen.organisation.id)

    def act() -> None:
        deciding.decline(session, g.actor, g.service, seen.proposal, form.reason.data or "")

    return attempt(
        form, act, done=lambda _none: (_("The proposal is declined."), place_of(seen.proposal))
    ) or act_page(
        seen, form, _("Decline the proposal"), _("Decline it"), style="danger",
        told=_("Everybody reads your reason; what was proposed stays between those concerned."),
    )  # fmt: skip


@manage.route("/propositions/<int:proposal_id>/masquer", methods=["GET", "POST"])
def hide_pilot(proposal_id: int) -> Answer:
    """Hide what a pilot says from everybody but those concerned."""
    session, form, seen = current_session(), ReasonForm(), seen_by_reader(proposal_id)

    def act() -> None:
        reason = form.reason.data or ""
        moderating.hide_pilot(session, g.actor, g.service, seen.proposal, reason)

    return attempt(
        form, act, done=lambda _none: (_("The pilot is hidden."), place_of(seen.proposal))
    ) or act_page(
        seen, form, _("Hide the pilot"), _("Hide it"), style="danger",
        told=_("Its page and its agreement say only your reason, except to those concerned. The"
               " pilot goes on; the decision can be taken back."),
    )  # fmt: skip


@manage.route("/propositions/<int:proposal_id>/retablir", methods=["GET", "POST"])
def show_pilot(proposal_id: int) -> Answer:
    """Show a hidden pilot again."""
    session, form, seen = current_session(), ReasonForm(), seen_by_reader(proposal_id)

    def act() -> None:
        reason = form.reason.data or ""
        moderating.show_pilot(session, g.actor, g.service, seen.proposal, reason)

    return attempt(
        form, act, done=lambda _none: (_("The pilot is shown again."), place_of(seen.proposal))
    ) or act_page(seen, form, _("Show the pilot again"), _("Show it again"))


def desk_items(session: Session, service: Service) -> Iterator[DeskItem]:
    """How many proposals wait for those who run the service, and since when."""
    waiting, since = finding.waiting_since(session, service.id)
    label = lazy_ngettext(
        "%(num)s proposal to pilot an idea is to be decided",
        "%(num)s proposals to pilot an idea are to be decided",
        waiting,
    )
    yield DeskItem(waiting, label, "matchmaking_manage.proposals", since=since)


def idea_section(session: Session, service: Service, idea: Idea, actor: Actor) -> Markup | None:
    """Who pilots an idea, and how many offer to; nothing where nobody does, to whoever could not
    either."""
    listed = finding.of_idea(session, idea.id)
    able = proposing.may_propose(session, actor, service, idea)
    if not listed and not able:
        return None
    acting = acting_for(session, actor) if able or listed else None
    concerned = actor.signed_in and (
        actor.person_id == idea.author_id or may(actor, "matchmaking.run", service)
    )
    waiting = [each for each in listed if each[0].standing == "open"]
    mine = acting.id if acting else None
    return fragment(
        "matchmaking/idea_pilots.html",
        idea=idea,
        pilots=[each for each in listed if each[0].accepted_at is not None],
        waiting_number=len(waiting),
        readable=[each for each in waiting if concerned or each[1].id == mine],
        able=able and all(not (p.living and o.id == mine) for p, o in listed),
        words=proposal_words,
    )


def history(session: Session, idea: Idea) -> Iterator[HistoryEntry]:
    """What was decided about who pilots an idea."""
    for each, name in finding.decided(session, idea.id):
        values = {"proposal_id": each.id}
        if each.accepted_at is not None:
            label = _("“%(name)s” is to pilot it", name=name)
            yield HistoryEntry(each.accepted_at, label, "matchmaking.proposal", values)
        if each.standing == "declined" and each.closed_at is not None:
            label = _("The proposal of “%(name)s” is declined", name=name)
            yield HistoryEntry(each.closed_at, label, "matchmaking.proposal", values)
        elif each.standing == "ended" and each.closed_at is not None:
            label = _("“%(name)s” no longer pilots it", name=name)
            yield HistoryEntry(each.closed_at, label, "matchmaking.proposal", values)


def account_links(session: Session, person_id: int) -> Iterator[NavItem]:
    """The proposals that wait for the view of an author."""
    for each, title, slug in finding.awaited_views(session, person_id):
        yield NavItem(
            _l("Your view is asked for: %(title)s", title=title),
            "matchmaking.proposal",
            {"service_slug": slug, "proposal_id": each.id},
        )
