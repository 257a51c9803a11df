"""What could go together: offers for an idea, for its author and those who run the service; ideas
for a partner, for its members; and what a partner declines."""

from collections.abc import Mapping
from typing import Any

from flask import g, url_for
from markupsafe import Markup
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from eak_core.api import (
    Actor,
    Answer,
    Form,
    Idea,
    Service,
    Session,
    _,
    _l,
    attempt,
    communes,
    current_session,
    finish,
    form_page,
    fragment,
    limited,
    public_idea,
    render,
)
from eak_matchmaking import wording
from eak_matchmaking.needs.finding import need_of
from eak_matchmaking.needs.stating import may_state, require_stating
from eak_matchmaking.offers.offering import acted_for
from eak_matchmaking.pages import resource_words
from eak_matchmaking.pages.blueprint import blueprint
from eak_matchmaking.scoring.weights import POINTS
from eak_matchmaking.suggestions import declining
from eak_matchmaking.suggestions.finding import (
    MOST_HINDERED,
    MOST_OFFERS,
    needs_for_organisation,
    offers_for_idea,
)

#: So many are named on the page of an idea.
NAMED = 3

limit_declining = limited("matchmaking.decline", "20/minute;200/day")


class DeclineForm(Form):
    """Why an idea is not for a partner."""

    reason = RadioField(_l("Why not?"), validators=[InputRequired(_l("Choose why."))])
    words = TextAreaField(
        _l("In your own words"),
        description=_l("Only the members of your organisation read this."),
        validators=[Length(max=declining.WORDS_LENGTH)],
    )


def _told(session: Session) -> dict[str, Any]:
    """What lists of suggestions are told with."""
    return {
        "names": {each.code: each.name for each in communes(session)},
        "said": wording,
        "words": resource_words,
        "points": POINTS,
        "most_hindered": MOST_HINDERED,
    }


@blueprint.get("/idees/<int:idea_id>/suggestions")
def for_idea(idea_id: int) -> Answer:
    """The offers that could bring what an idea needs, for its author and those who run the
    service."""
    session = current_session()
    idea = public_idea(session, g.service, idea_id)
    require_stating(g.actor, g.service, idea)
    lists = offers_for_idea(session, g.service, idea)
    return render("matchmaking/idea_suggestions.html", idea=idea, lists=lists, **_told(session))


def idea_section(session: Session, service: Service, idea: Idea, actor: Actor) -> Markup | None:
    """The first offers for what an idea needs, on its page, for those who may say what it needs."""
    if not may_state(actor, service, idea):
        return None
    lists = offers_for_idea(session, service, idea, most=NAMED)
    return fragment("matchmaking/idea_offers.html", idea=idea, lists=lists) if lists else None


@blueprint.get("/suggestions")
def for_us() -> Answer:
    """What the offers of the organisation one acts for could answer, and what it has declined."""
    session = current_session()
    organisation = acted_for(session, g.actor, g.service)
    return render(
        "matchmaking/our_suggestions.html",
        organisation=organisation,
        lists=needs_for_organisation(session, g.service, organisation.id),
        declined=declining.declined(session, g.service.id, organisation.id),
        most_offers=MOST_OFFERS,
        **_told(session),
    )


@blueprint.route("/besoins/<int:need_id>/pas-pour-nous", methods=["GET", "POST"])
def decline(need_id: int) -> Answer:
    """Say that an idea is not for the organisation one acts for."""
    session, form = current_session(), DeclineForm()
    organisation = acted_for(session, g.actor, g.service)
    need, idea = need_of(session, g.service, need_id)
    form.reason.choices = [SelectChoice(*each) for each in _reasons().items()]

    @limit_declining
    def act() -> None:
        declining.decline(
            session, g.actor, g.service, need, form.reason.data or "", form.words.data or ""
        )

    done = (_("It is not suggested to you any more."), url_for(".for_us"))
    return attempt(form, act, done=done) or form_page(
        "matchmaking/decline.html", form, idea=idea, organisation=organisation
    )


def _reasons() -> Mapping[str, str]:
    return {str(code): said for code, said in wording.reasons().items()}


@blueprint.post("/idees/<int:idea_id>/reprendre")
@limit_declining
def reconsider(idea_id: int) -> Answer:
    """Take back that an idea is not for the organisation one acts for."""
    declining.take_back(current_session(), g.actor, g.service, idea_id)
    return finish(_("It can be suggested to you again."), url_for(".for_us"))
