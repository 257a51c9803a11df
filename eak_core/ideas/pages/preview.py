"""The picture of an idea that other sites show beside a link to it."""

from flask import Response, g

from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.i18n import _, _l
from eak_core.ideas.content import rows
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.pages.views import blueprint
from eak_core.web.limits import limited
from eak_core.web.typography import joined


@blueprint.get("/idees/<int:idea_id>/apercu.png")
@limited("card", "60/minute", reads=True)
def card(idea_id: int) -> Response:
    """The title of a public idea, its service and where it stands, drawn."""
    # What draws is large, and many a process never draws.
    from eak_core.web import cards

    idea = rows.public_idea(current_session(), g.service, idea_id)
    if g.service.audience != "public":
        # Whoever reads it inside shares it with nobody outside.
        raise NotFound(_l("There is no idea at this address."))
    stage = stage_graph(g.active).stage(idea.stage).title
    drawn = cards.card(joined(idea.title), g.service.name, _("Idea: %(stage)s", stage=stage))
    return Response(drawn, mimetype="image/png")
