"""Supporting an idea: the button on its page, and what the button does."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g
from markupsafe import Markup

from eak_core.api import (
    Actor,
    Answer,
    Idea,
    Service,
    Session,
    _,
    current_session,
    finish,
    fragment,
    has_outcome,
    idea_url,
    limited,
    may,
    ngettext,
    public_idea,
    render,
    require,
)
from eak_voting.ballots.finding import ballots_of
from eak_voting.casting import support
from eak_voting.pages.blueprint import ballot_url, blueprint
from eak_voting.pages.explained import stands
from eak_voting.subscribers import supports

limit_support = limited("voting.support", "30/minute;500/day")


@blueprint.get("/soutiens/<int:idea_id>")
@limit_support
def support_form(idea_id: int) -> Answer:
    """A link leads here from pages of visitors: it asks them to sign in, then to press the button,
    since following a link must change nothing."""
    session = current_session()
    idea = public_idea(session, g.service, idea_id)
    require(g.actor, "voting.support", g.service)
    return render("voting/support.html", idea=idea, **_facts(session, g.service, idea, g.actor))


@blueprint.post("/soutiens/<int:idea_id>")
@limit_support
def support_idea(idea_id: int) -> Answer:
    """Support an idea."""
    session = current_session()
    idea = public_idea(session, g.service, idea_id)
    given = support.give(session, g.actor, g.service, idea)
    return _back(idea, _("You support this idea. Thank you!") if given else None)


@blueprint.post("/soutiens/<int:idea_id>/retirer")
@limit_support
def withdraw_support(idea_id: int) -> Answer:
    """Take one's support for an idea back."""
    session = current_session()
    idea = public_idea(session, g.service, idea_id)
    gone = support.take_back(session, g.actor, g.service, idea)
    return _back(idea, _("Your support is taken back.") if gone else None)


def _back(idea: Idea, said: str | None) -> Answer:
    return finish(said, f"{idea_url(idea)}#soutien", code=303)


def idea_panel(session: Session, service: Service, idea: Idea, actor: Actor) -> Markup | None:
    """Beside an idea: the ballots it stands in, and the button to support it."""
    if idea.submitted_at is None:
        return None  # a draft
    found = ballots_of(session, service.id, [idea.id]).get(idea.id, [])
    ballots = [(ballot, stands(ballot)) for ballot in found if ballot.state != "cancelled"]
    facts = _facts(session, service, idea, actor)
    voted = any(each.phase in ("upcoming", "open") for _ballot, each in ballots)
    can_put = not voted and not has_outcome(idea) and may(actor, "voting.manage", service)
    if not ballots and not facts["wanted"] and not can_put:
        return None
    return fragment(
        "voting/idea.html",
        idea=idea, ballots=ballots, ballot_url=ballot_url, can_put=can_put, **facts,
    )  # fmt: skip


def _facts(session: Session, service: Service, idea: Idea, actor: Actor) -> dict[str, Any]:
    wanted = support.is_wanted(session, service)
    return {
        "wanted": wanted,
        "is_open": wanted and not has_outcome(idea) and not service.archived_at,
        "supported": idea.id in support.supported(session, actor, [idea.id]),
        "number": supports(session, service.id, [idea.id])[idea.id],
    }


def cards(session: Session, service: Service, ideas: Sequence[Any]) -> Mapping[int, Markup]:
    """On the cards of ideas: how many support each, and the ballot it stands in now."""
    ids = [idea.id for idea in ideas]
    standing = ballots_of(session, service.id, ids, now=True)
    wanted = support.is_wanted(session, service)
    numbers = supports(session, service.id, ids) if wanted else {}
    found: dict[int, Markup] = {}
    # Many cards of a list say the same: that is written once.
    written: dict[tuple[int, tuple[int, ...]], Markup] = {}
    for idea_id in ids:
        number, ballots = numbers.get(idea_id, 0), standing.get(idea_id, [])
        if number or ballots:
            said = number, tuple(ballot.id for ballot in ballots)
            if said not in written:
                text = ngettext("%(num)s support", "%(num)s supports", number) if number else ""
                written[said] = fragment(
                    "voting/card.html", text=text, ballots=ballots, ballot_url=ballot_url
                )
            found[idea_id] = written[said]
    return found
