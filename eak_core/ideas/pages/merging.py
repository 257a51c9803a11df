"""The page on which those who run a service let an idea become part of another."""

import re

from flask import g, request, url_for
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from eak_core.db import current_session
from eak_core.errors import Invalid
from eak_core.i18n import _, _l
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content.rows import public_idea
from eak_core.ideas.deciding import merging
from eak_core.ideas.deciding.screening import nearness
from eak_core.ideas.models import Idea
from eak_core.ideas.pages.alike import ON_PAGE, alike
from eak_core.ideas.pages.managing import blueprint
from eak_core.ideas.reading.indexing import document_of
from eak_core.permissions import require
from eak_core.web.acts import Answer, attempt, form_page, public_reason
from eak_core.web.forms import LARGEST_INTEGER, Form

_NUMBER = re.compile(r"(?:^|/idees/)([0-9]{1,10})(?![0-9])")


class MergeForm(Form):
    """Which idea stays, and why both are one."""

    into = StringField(
        _l("The idea to keep"),
        description=_l("Its number, or the address of its page. It keeps its text and its stage."),
        validators=[InputRequired(_l("Say which idea stays.")), Length(max=400)],
    )
    reason = public_reason(
        _l("Both authors are told, and everybody reads it on the page of the idea that stays.")
    )


@blueprint.route("/idees/<int:idea_id>/reunir", methods=["GET", "POST"])
def merge(idea_id: int) -> Answer:
    """Ask which idea stays and for a public reason, say what follows, then merge."""
    session = current_session()
    require(g.actor, "idea.change_stage", g.service)
    idea = public_idea(session, g.service, idea_id)
    form = MergeForm(data={"into": request.args.get("avec", "")[:20]})

    def act() -> Idea:
        into = _number(form.into.data or "")
        return merging.merge_ideas(
            session, g.actor, g.service, idea_id, into, form.reason.data or ""
        )

    return attempt(
        form,
        act,
        done=lambda kept: (_("Both ideas are one now: this is its page."), idea_url(kept)),
    ) or form_page(
        "ideas/merge.html",
        form,
        idea=idea,
        near=nearness(session, g.service, idea, g.actor),
        place=url_for("ideas_manage.merge", idea_id=idea.id),
        alike=alike(session, g.service, g.actor, document_of(idea), ON_PAGE, idea.id),
    )


def _number(typed: str) -> int:
    """The idea that somebody has typed the number or the address of; `Invalid` for neither."""
    found = _NUMBER.search(typed.strip().removeprefix("n°").strip())
    number = int(found[1]) if found else 0
    if not 0 < number <= LARGEST_INTEGER:
        wrong = _l("Type the number of an idea of this service, or the address of its page.")
        raise Invalid(_l("Nothing was merged."), {"into": wrong})
    return number
