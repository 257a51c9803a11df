"""The pages of the journal: of a service for those who run it, of the site for administrators."""

from collections.abc import Iterator

from flask import Response, g, url_for
from wtforms import DateField, HiddenField, SelectChoice, SelectField
from wtforms.validators import Length, Optional, Regexp

from eak_core.admin import journal as decisions
from eak_core.admin.desk import blueprint as desk
from eak_core.admin.desk import places
from eak_core.admin.journal_sentences import KINDS
from eak_core.db import current_session
from eak_core.i18n import _, _l
from eak_core.permissions import require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.services.models import Service
from eak_core.web.acts import Answer, form_page
from eak_core.web.open_data import csv_file
from eak_core.web.queries import QueryForm

blueprint = ServiceBlueprint("journal", __name__, below="/gestion")


class JournalForm(QueryForm):
    """What of the journal to show."""

    quoi = SelectField(
        _l("What was decided"),
        choices=[
            SelectChoice("", _l("Everything")),
            *(SelectChoice(kind, title) for kind, (title, _names) in KINDS.items()),
        ],
        default="",
    )
    depuis = DateField(_l("From"), validators=[Optional()])
    jusqu = DateField(_l("Until"), validators=[Optional()])
    avant = HiddenField(validators=[Length(max=15), Regexp(r"^[0-9]*$")])

    def asked(self) -> decisions.Asked:
        """What is asked for; everything where the form is wrong, and says so."""
        if not self.validate():
            return decisions.Asked()
        beyond = int(self.avant.data) if self.avant.data else None
        return decisions.Asked(self.quoi.data or "", self.depuis.data, self.jusqu.data, beyond)


@blueprint.get("/journal")
def index() -> Answer:
    """Who decided what in the service."""
    require(g.actor, "service.manage", g.service)
    return _page("manage/journal.html", g.service)


@blueprint.get("/journal.csv")
def file() -> Response:
    """The same as a table."""
    require(g.actor, "service.manage", g.service)
    return _file(g.service, f"{g.service.slug}-journal.csv")


@desk.get("/journal")
def journal() -> Answer:
    """Who decided what about the site as a whole, and the ways to the journals of services."""
    known = sorted(places(current_session()).values(), key=lambda each: each.name)
    return _page("admin/journal.html", None, known=known)


@desk.get("/journal.csv")
def journal_file() -> Response:
    """The same as a table."""
    return _file(None, "journal.csv")


def _page(template: str, service: Service | None, **more: object) -> Answer:
    form = JournalForm()
    found, beyond = decisions.lines(current_session(), service, form.asked())
    asked = {"quoi": form.quoi.data, "depuis": form.depuis.data, "jusqu": form.jusqu.data}
    place = "admin.journal" if service is None else "journal.index"
    paper = "admin.journal_file" if service is None else "journal.file"
    kept = {name: value for name, value in asked.items() if value and not form.errors}
    return form_page(
        template,
        form,
        lines=found,
        kinds={kind: title for kind, (title, _names) in KINDS.items()},
        older=url_for(place, **kept, avant=beyond) if beyond else None,
        file=url_for(paper, **kept),
        here=url_for(place),
        most=decisions.MOST,
        **more,
    )


def _file(service: Service | None, name: str) -> Response:
    found = decisions.all_lines(current_session(), service, JournalForm().asked())
    return csv_file(_rows(found), name, attachment=True)


def _rows(found: Iterator[decisions.Line]) -> Iterator[list[object]]:
    titles = {kind: title for kind, (title, _names) in KINDS.items()}
    yield [_("When"), _("Who"), _("What was decided"), _("Kind")]
    for each in found:
        yield [each.at.isoformat(timespec="seconds"), each.who, each.what, str(titles[each.kind])]
