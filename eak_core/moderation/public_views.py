"""What a service says of its moderation to everybody: its charter and its register."""

from collections.abc import Iterator
from datetime import timedelta

from flask import Response, g, request, url_for
from flask_babel import format_timedelta
from wtforms import TextAreaField
from wtforms.validators import Length

from eak_core import clock
from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.i18n import _, _l
from eak_core.moderation import charter as rules
from eak_core.moderation import register as figures
from eak_core.moderation.grounds import ground_title
from eak_core.moderation.views import blueprint
from eak_core.permissions import require
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, form_page
from eak_core.web.edits import EditForm
from eak_core.web.i18n import in_paris
from eak_core.web.open_data import csv_file
from eak_core.web.pagination import paginate

manage = ServiceBlueprint("moderation_charter", __name__, below="/gestion")


class CharterForm(EditForm):
    """The charter as managers write it."""

    text = TextAreaField(
        _l("Charter"),
        description=_l("Markdown can be used."),
        validators=[Length(max=rules.CHARTER_LENGTH)],
    )


@blueprint.get("/charte")
def charter() -> Answer:
    """The rules by which moderators decide."""
    text = rules.charter_text(current_session(), g.service)
    return render("moderation/charter.html", text=text)


@manage.route("/charte", methods=["GET", "POST"])
def edit() -> Answer:
    """Write the charter."""
    session = current_session()
    require(g.actor, "service.manage", g.service)
    form = CharterForm()
    if not form.is_submitted():
        form = CharterForm.showing({"text": rules.charter_text(session, g.service)})
    return attempt(
        form,
        lambda: rules.change_charter(
            session, g.actor, g.service, form.text.data or "", seen=form.seen.data
        ),
        done=(_("The charter is saved."), url_for("moderation.charter")),
    ) or form_page("moderation/charter_edit.html", form)


@blueprint.get("/moderation")
def register() -> Answer:
    """What was reported and hidden in a year, and what became of it."""
    session, year = current_session(), _year()
    counted = figures.year_of(session, g.service.id, year)
    return render(
        "moderation/register.html",
        year=year,
        years=_years(),
        figures=counted,
        delay=None if counted.median is None else _said(counted.median),
        page=paginate(session, figures.hidden_in(g.service.id, year)),
        ground_title=ground_title,
    )


@blueprint.get("/moderation.csv")
def register_file() -> Response:
    """The figures of a year as a table."""
    year = _year()
    counted = figures.year_of(current_session(), g.service.id, year)
    return csv_file(_rows(counted), f"{g.service.slug}-moderation-{year}.csv")


def _rows(counted: figures.Year) -> Iterator[list[object]]:
    yield [_("Why"), *(str(each) for each in COLUMNS)]
    for ground, each in counted.grounds.items():
        yield [str(ground_title(ground)), *each]
    # What was done about people is no outcome of a report: its number alone.
    for words, number in (
        (_("People warned"), counted.warned),
        (_("People suspended for a time"), counted.suspended),
        (_("Warnings and suspensions taken back"), counted.lifted),
    ):
        yield [words, number, "", "", ""]


#: What the columns of the register are called.
COLUMNS = (_l("Received in all"), _l("Hidden by decision"), _l("Kept"), _l("Gone by itself"))


def _years() -> list[int]:
    """The years of the service, the latest first."""
    return list(range(in_paris(clock.now()).year, in_paris(g.service.created_at).year - 1, -1))


def _year() -> int:
    years = _years()
    typed = request.args.get("annee", "") or str(years[0])
    if typed not in {str(year) for year in years}:
        raise NotFound(_l("There is no register of this year."))
    return int(typed)


def _said(delay: timedelta) -> str:
    """``delay`` in words: hours up to two days, one at least, then days."""
    delay = max(delay, timedelta(hours=1))
    granularity = "hour" if delay < timedelta(days=2) else "day"
    said: str = format_timedelta(delay, granularity=granularity, threshold=2)
    return said
