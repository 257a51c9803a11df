"""Matching rounds for those who run a service: opened, ended, called off."""

from collections.abc import Iterator

from flask import g, url_for

from eak_core.api import (
    Answer,
    DeskItem,
    Form,
    Idea,
    ReasonForm,
    Refused,
    Service,
    Session,
    _,
    _l,
    attempt,
    current_session,
    form_page,
    lazy_ngettext,
)
from eak_matchmaking.matching import deciding, finding, opening
from eak_matchmaking.matching.tables import MatchingRound, Pair
from eak_matchmaking.models import Organisation
from eak_matchmaking.pages.blueprint import manage
from eak_matchmaking.pages.proposal_words import title_of
from eak_matchmaking.pages.round_forms import ConfirmForm, narrow_form, round_form
from eak_matchmaking.proposals.finding import offers_to_choose
from eak_matchmaking.proposals.keeping import ensure_impartial


@manage.route("/appels/nouveau", methods=["GET", "POST"])
def open_round() -> Answer:
    """Open a matching round: its title, until when, and which ideas take part."""
    session = current_session()
    before = finding.open_round(session, g.service.id)
    offered = finding.candidates(session, g.service.id)
    narrow = narrow_form(session, g.service, offered)
    form = round_form(narrow.narrowed(offered))

    def act() -> MatchingRound:
        return opening.open_round(session, g.actor, g.service, form.terms(), form_key=form.key)

    return attempt(
        form,
        act,
        done=lambda made: (_("The round is open: everybody sees it now."), place_of(made)),
    ) or form_page(
        "matchmaking/round_form.html", form, narrow=narrow, offered=offered, before=before
    )


@manage.route("/appels/<int:round_id>/clore", methods=["GET", "POST"])
def end_round(round_id: int) -> Answer:
    """Take no more preferences, and match a round now."""
    session, held = current_session(), _still_open(round_id)
    early = finding.phase(held) == "open"
    form: Form = ReasonForm() if early else Form()

    def act() -> None:
        reason = (form.reason.data or "") if isinstance(form, ReasonForm) else ""
        opening.end_round(session, g.actor, g.service, held, reason)

    said = _("Nothing more is declared: the result is here within a minute.")
    return attempt(form, act, done=(said, place_of(held))) or form_page(
        "matchmaking/round_act.html", form, held=held,
        heading=_("Match the round now"), button=_("Match it now"), style="primary",
        told=_("Preferences can no longer be declared. Those that were declared count, and the"
               " result is public within a minute. It cannot be taken back.")
        + (" " + _("It is earlier than what you had said: everybody reads why.") if early else ""),
    )  # fmt: skip


@manage.route("/appels/<int:round_id>/annuler", methods=["GET", "POST"])
def cancel_round(round_id: int) -> Answer:
    """Call a round off."""
    session, held, form = current_session(), _still_open(round_id), ReasonForm()

    def act() -> None:
        opening.cancel_round(session, g.actor, g.service, held, form.reason.data or "")

    return attempt(
        form, act, done=(_("The round is called off."), place_of(held))
    ) or form_page(
        "matchmaking/round_act.html", form, held=held,
        heading=_("Call the round off"), button=_("Call it off"), style="danger",
        told=_("Nobody is matched. Its page stays, with your reason; what was declared is shown to"
               " nobody else."),
    )  # fmt: skip


@manage.route("/appels/<int:round_id>/idees/<int:idea_id>/confirmer", methods=["GET", "POST"])
def confirm_pair(round_id: int, idea_id: int) -> Answer:
    """Confirm a pair: it is a proposal from then on, and holds its place."""
    session, form = current_session(), ConfirmForm()
    held, pair, idea, organisation = _waiting(round_id, idea_id)
    offers = offers_to_choose(session, g.service.id, organisation.id)
    if not offers:
        raise Refused(
            _l(
                "No place is left in the offers of “%(name)s”. Decline the pair, or wait until a"
                " place is free again.",
                name=organisation.name,
            )
        )
    form.offer_choices(offers, pair.offer_id)

    def act() -> None:
        reason = form.reason.data or ""
        deciding.confirm(session, g.actor, g.service, pair, form.offer.data, reason)

    said = _("The pair is confirmed: the organisation is asked now what it brings.")
    return attempt(form, act, done=(said, f"{place_of(held)}#resultat")) or form_page(
        "matchmaking/round_act.html", form, held=held,
        subject=title_of(idea.title, organisation.name),
        heading=_("Confirm the pair"), button=_("Confirm it"), style="primary",
        told=_("A place of the offer is kept, and the organisation is written to: it says what it"
               " brings, where, when and with whom. Then its proposal goes the usual way, to the"
               " author and to you. The place comes back if nothing comes of it."),
    )  # fmt: skip


@manage.route("/appels/<int:round_id>/idees/<int:idea_id>/decliner", methods=["GET", "POST"])
def decline_pair(round_id: int, idea_id: int) -> Answer:
    """Let nothing come of a pair."""
    session, form = current_session(), ReasonForm()
    held, pair, idea, organisation = _waiting(round_id, idea_id)

    def act() -> None:
        deciding.decline(session, g.actor, g.service, pair, form.reason.data or "")

    return attempt(
        form, act, done=(_("The pair is not kept."), f"{place_of(held)}#resultat")
    ) or form_page(
        "matchmaking/round_act.html", form, held=held,
        subject=title_of(idea.title, organisation.name),
        heading=_("Do not keep the pair"), button=_("Do not keep it"), style="danger",
        told=_("Nothing comes of it. Everybody reads your reason on the page of the round; the two"
               " can still find each other by a proposal."),
    )  # fmt: skip


def _waiting(round_id: int, idea_id: int) -> tuple[MatchingRound, Pair, Idea, Organisation]:
    session = current_session()
    held = finding.round_of(session, g.service, round_id)
    pair = finding.pair_of(session, held, idea_id)
    deciding.ensure_waiting(pair)
    ensure_impartial(session, g.actor, pair.organisation_id)
    organisation = session.get_one(Organisation, pair.organisation_id)
    return held, pair, session.get_one(Idea, idea_id), organisation


def desk_items(session: Session, service: Service) -> Iterator[DeskItem]:
    """How many pairs wait for those who run the service."""
    waiting = finding.count_waiting(session, service.id)
    label = lazy_ngettext(
        "%(num)s pair of a matching round is to be decided",
        "%(num)s pairs of matching rounds are to be decided",
        waiting,
    )
    yield DeskItem(waiting, label, "matchmaking.rounds")


def effects(session: Session, service: Service, *, enabling: bool) -> Iterator[str]:
    """What switching partners on or off changes for a round that was not matched yet."""
    held = finding.open_round(session, service.id)
    if held is None:
        return
    if not enabling:
        yield _(
            "A matching round is open: nothing is declared or matched while partners are off, and"
            " its end stays where it is."
        )
    elif finding.phase(held) == "open":
        yield _("The matching round that is open takes preferences again until its end.")
    else:
        yield _("The matching round that has ended meanwhile is matched at once.")


def place_of(held: MatchingRound) -> str:
    """The address of a round's page."""
    return url_for("matchmaking.matching_round", round_id=held.id)


def _still_open(round_id: int) -> MatchingRound:
    held = finding.round_of(current_session(), g.service, round_id)
    opening.ensure_open(held)
    return held
