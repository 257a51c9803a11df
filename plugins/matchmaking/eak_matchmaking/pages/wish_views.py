"""Where organisations and authors say whom they prefer in a matching round, unread by others."""

from collections.abc import Callable, Collection, Mapping, Sequence

from flask import g, url_for

from eak_core.api import (
    Actor,
    Answer,
    Idea,
    Session,
    _,
    attempt,
    current_session,
    form_page,
    idea_url,
    limited,
    public_idea,
    render,
    require,
)
from eak_matchmaking.matching import declaring, finding
from eak_matchmaking.matching.tables import MatchingRound
from eak_matchmaking.models import Organisation, Presence
from eak_matchmaking.offers.offering import acted_for
from eak_matchmaking.organisations.finding import acting_for
from eak_matchmaking.pages.blueprint import blueprint
from eak_matchmaking.pages.round_desk import place_of
from eak_matchmaking.pages.wish_forms import wish_form

limit_wishes = limited("matchmaking.wish", "20/minute;200/day")

#: How those who can be named are called, and where their pages are.
Names = Mapping[int, tuple[str, str]]


@blueprint.route("/appels/<int:round_id>/preferences", methods=["GET", "POST"])
def our_wishes(round_id: int) -> Answer:
    """Which ideas the organisation one acts for prefers; read only once the round has ended."""
    session = current_session()
    held = finding.round_of(session, g.service, round_id)
    organisation = acted_for(session, g.actor, g.service)
    declared = declaring.declared(session, held, "partner", organisation.id)
    ideas = finding.ideas_in(session, g.service.id, held)
    names = {each.id: (each.title, idea_url(each)) for each in ideas.values()}
    if finding.phase(held) != "open":
        return _ended(held, organisation.name, names, declared)
    declaring.ensure_taking_part(session, g.service, organisation)

    def keep(order: Sequence[int], refused: Collection[int]) -> None:
        declaring.declare(session, g.actor, g.service, held, order, refused)

    return _declaring(held, organisation.name, names, declared, keep)


@blueprint.route("/appels/<int:round_id>/idees/<int:idea_id>/preferences", methods=["GET", "POST"])
def wishes_for_idea(round_id: int, idea_id: int) -> Answer:
    """Which partners the author of an idea prefers for it; read only once the round has ended."""
    session = current_session()
    held = finding.round_of(session, g.service, round_id)
    idea = public_idea(session, g.service, idea_id)
    require(g.actor, "matchmaking.view_pilot", g.service, idea)
    declaring.ensure_in(session, g.service, held, idea)
    declared = declaring.declared(session, held, "idea", idea.id)
    partners = declaring.partners_in(session, g.service.id)
    names = {each.id: (each.name, _page(each)) for each in partners.values()}
    if finding.phase(held) != "open":
        return _ended(held, idea.title, names, declared)

    def keep(order: Sequence[int], refused: Collection[int]) -> None:
        declaring.declare_for_idea(session, g.actor, g.service, held, idea, order, refused)

    return _declaring(held, idea.title, names, declared, keep, of_idea=True)


def links(
    session: Session, actor: Actor, held: MatchingRound, ideas: Mapping[int, Idea]
) -> list[tuple[str, str]]:
    """Where ``actor`` declares what, or reads what they declared: addresses with their labels."""
    if not actor.signed_in:
        return []
    found = []
    organisation = acting_for(session, actor)
    if organisation and session.get(Presence, (held.service_id, organisation.id)):
        label = _("The preferences of “%(name)s”", name=organisation.name)
        found.append((url_for("matchmaking.our_wishes", round_id=held.id), label))
    for each in ideas.values():
        if each.author_id == actor.person_id:
            url = url_for("matchmaking.wishes_for_idea", round_id=held.id, idea_id=each.id)
            found.append((url, _("The preferences for “%(name)s”", name=each.title)))
    return found


def _declaring(
    held: MatchingRound,
    whose: str,
    names: Names,
    declared: Mapping[int, int],
    keep: Callable[[Sequence[int], Collection[int]], None],
    *,
    of_idea: bool = False,
) -> Answer:
    form = wish_form(names, declared)

    @limit_wishes
    def act() -> bool:
        order, refused = form.wishes()
        keep(order, refused)
        return len(refused) == len(names)

    def done(everything: bool) -> tuple[str, str] | tuple[str, str, str]:
        if everything:
            said = _("Kept: you refuse all of them, so this round brings you together with nobody.")
            return said, place_of(held), "warning"
        return _("Your preferences are kept. You can change them until the round ends."), place_of(
            held
        )

    return attempt(form, act, done=done) or form_page(
        "matchmaking/wishes.html", form, held=held, whose=whose, rows=form.rows(names),
        most=declaring.MOST_NAMED, of_idea=of_idea,
    )  # fmt: skip


def _ended(held: MatchingRound, whose: str, names: Names, declared: Mapping[int, int]) -> Answer:
    return render(
        "matchmaking/wishes_ended.html",
        held=held,
        whose=whose,
        order=[names.get(each) for each, place in declared.items() if place],
        refused=[names.get(each) for each, place in declared.items() if not place],
    )


def _page(organisation: Organisation) -> str:
    return url_for("matchmaking.show", organisation_id=organisation.id)
