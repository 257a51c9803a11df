"""The library: the list with its filters, what was stopped, figures, teaching, feeds."""

from collections.abc import Iterator
from datetime import date

from flask import Response, g, url_for
from sqlalchemy import select
from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from eak_core.api import (
    Answer,
    SearchForm,
    Session,
    _,
    _l,
    charts,
    communes,
    current_session,
    form_page,
    limited,
    matching,
    may,
    open_data,
    paginate,
    plain_summary,
    render,
    subjects_of,
)
from eak_experiments import wording
from eak_experiments.drafting.finding import public
from eak_experiments.drafting.preparing import may_prepare
from eak_experiments.drafting.saving import MOST
from eak_experiments.library import finding
from eak_experiments.library.finding import Filters
from eak_experiments.models import Experiment
from eak_experiments.pages.blueprint import blueprint
from eak_experiments.pages.open_sets import experiments_set
from eak_experiments.pages.running_views import limit_files
from eak_experiments.protocol import closing as closings
from eak_experiments.rules.dates import review_day
from eak_experiments.running.going_on import hour_of
from eak_experiments.subscribers import EXPERIMENTS
from eak_experiments.teaching import CHAPTERS, HELPS

#: So many entries a feed has at most, and so many experiments a calendar.
FEED_LENGTH = 50
#: Of a lesson on a card, in characters.
SHORT = 240


class LibraryForm(SearchForm):
    """What a reader asks the library for; fields are called as the address shows them."""

    sujet = SelectField(_l("Subject"), default="")
    commune = SelectField(_l("Commune"), default="")
    etat = SelectField(_l("Where it stands"), default="")
    preuve = SelectField(_l("Evidence"), default="")
    cout = IntegerField(
        _l("Cost in euros, at most"), validators=[Optional(), NumberRange(min=0, max=MOST)]
    )

    def filters(self) -> Filters:
        """What they ask for; everything where something in it does not exist."""
        if not self.validate():
            return Filters()
        level = int(self.preuve.data) if self.preuve.data else None
        return Filters(
            self.commune.data or "",
            self.sujet.data or "",
            self.etat.data or "",
            level,
            self.cout.data,
        )


def library_form(session: Session) -> LibraryForm:
    """The form of the library, with what can be chosen."""
    form = LibraryForm()
    form.sujet.choices = [
        SelectChoice("", _("All subjects")),
        *(SelectChoice(each.code, each.name) for each in subjects_of(session, g.service.id)),
    ]
    form.commune.choices = [
        SelectChoice("", _("All communes")),
        *(SelectChoice(each.code, each.name) for each in communes(session)),
    ]
    form.etat.choices = [
        SelectChoice("", _("All")),
        SelectChoice("under_way", _("Under way")),
        SelectChoice("prepared", _("In preparation")),
        *(SelectChoice(name, title) for name, (title, _m, _t) in wording.OUTCOMES.items()),
        SelectChoice("past", _("From elsewhere")),
    ]
    if may(g.actor, "content.restore", g.service):
        form.etat.choices.append(SelectChoice("hidden", _("Hidden")))
    form.preuve.choices = [
        SelectChoice("", _("Any")),
        *(SelectChoice(str(n), _("Level %(level)s or more", level=n)) for n in range(2, 6)),
    ]
    return form


@blueprint.get("/")
@limited("experiments.search", "60/minute", reads=True)
def index() -> Answer:
    """The experiments of the service, with a search."""
    session = current_session()
    form = library_form(session)
    filters = form.filters()
    query = finding.listed(session, g.service, g.actor, filters).where(
        *matching(session, g.service.id, EXPERIMENTS, form.text)
    )
    return form_page(
        "experiments/index.html",
        form,
        page=paginate(session, query),
        words=wording,
        narrow=filters.narrow or bool(form.text),
        can_prepare=may_prepare(g.actor, g.service),
    )


@blueprint.get("/arrets")
def shelf() -> Answer:
    """What was stopped or came to no conclusion, with what it taught."""
    page = paginate(current_session(), finding.shelf(g.service.id))
    lessons = {each.id: lesson_of(each) for each in page.items}
    return render("experiments/shelf.html", page=page, lessons=lessons, words=wording)


def lesson_of(experiment: Experiment) -> str:
    """What an experiment taught, in short."""
    if not experiment.closing:
        return ""
    return plain_summary(closings.read(experiment.closing).lessons, SHORT)


@blueprint.get("/chiffres")
def numbers() -> Answer:
    """Experiments in figures, and on the map."""
    session = current_session()
    return render(
        "experiments/numbers.html", outcomes=outcomes_chart(session), places=places_chart(session)
    )


def outcomes_chart(session: Session) -> charts.Bars:
    """How many experiments came to what."""
    found = dict(finding.by_outcome(session, g.service.id))
    named = [(title, found.get(name, 0)) for name, (title, _m, _t) in wording.OUTCOMES.items()]
    named.append((_("Without an outcome so far"), found.get("", 0)))
    title = _("What experiments came to")
    return charts.Bars(
        key="outcomes",
        title=title,
        caption=title,
        things=_("Outcome"),
        amounts=_("Experiments"),
        rows=tuple(
            charts.Bar(charts.Label(str(name), str(number)), number) for name, number in named
        ),
        whole=max(1, sum(number for _name, number in named)),
    )


def places_chart(session: Session) -> charts.PlaceMap:
    """In how many experiments each commune takes part."""
    found = finding.by_commune(session, g.service.id)
    title = _("Where one experiments")
    return charts.PlaceMap(
        key="places",
        title=title,
        caption=title,
        things=_("Commune"),
        amounts=_("Experiments"),
        places=tuple(
            charts.Place(each.name, each.latitude, each.longitude, found.get(each.code, 0))
            for each in communes(session)
        ),
    )


@blueprint.get("/comment-on-experimente")
def teaching() -> Answer:
    """How one experiments, in plain words, with an example of the service's own."""
    session = current_session()
    query = select(Experiment).where(*public(g.service.id), Experiment.outcome.is_not(None))
    example = session.scalars(query.order_by(Experiment.evidence.desc(), Experiment.id).limit(1))
    shown = example.first()
    return render(
        "experiments/teaching.html",
        chapters=CHAPTERS,
        helps=HELPS,
        words=wording,
        example=shown,
        lesson=lesson_of(shown) if shown else "",
    )


@blueprint.get("/experimentations.atom")
def atom() -> Response:
    """The experiments that were fixed or closed last, as a feed (RFC 4287)."""
    query = select(Experiment).where(*public(g.service.id)).order_by(Experiment.id.desc())
    shown = current_session().scalars(query.limit(FEED_LENGTH)).all()
    home = url_for(".index", _external=True)
    title = _("Experiments – %(service)s", service=g.service.name)
    return open_data.atom(open_data.Feed(home, title, home, [_entry(each) for each in shown]))


def _entry(each: Experiment) -> open_data.Entry:
    place = url_for(".show", experiment_id=each.id, _external=True)
    state = wording.OUTCOMES[each.outcome][0] if each.outcome else wording.STAGES[each.stage][0]
    return open_data.Entry(
        id=place,
        url=place,
        title=_("%(title)s: %(state)s", title=each.title, state=state),
        published=each.created_at,
        updated=each.closed_at or each.created_at,
        summary=lesson_of(each),
        categories=((each.outcome or each.stage, str(state)),),
    )


@blueprint.get("/experimentations.ics")
def calendar() -> Response:
    """Starts, reviews and ends, as a calendar (RFC 5545)."""
    query = select(Experiment).where(
        *public(g.service.id), Experiment.starts_on.is_not(None), Experiment.ends_on.is_not(None),
        Experiment.source.is_(None),
    )  # fmt: skip
    shown = current_session().scalars(query.order_by(Experiment.id.desc()).limit(FEED_LENGTH)).all()
    title = _("Experiments – %(service)s", service=g.service.name)
    return open_data.calendar(title, [one for each in shown for one in _appointments(each)])


def _appointments(each: Experiment) -> Iterator[open_data.Appointment]:
    start, end = each.started_on or each.starts_on, each.ends_on
    assert start is not None
    assert end is not None
    place = url_for(".show", experiment_id=each.id, _external=True)
    days: tuple[tuple[str, date, str], ...] = (
        ("debut", start, _("Start: %(title)s", title=each.title)),
        ("bilan", review_day(start, end), _("Review: %(title)s", title=each.title)),
        ("fin", end, _("End: %(title)s", title=each.title)),
    )
    for name, day, said in days:
        uid, at = f"{place}#{name}", hour_of(day)
        yield open_data.Appointment(uid=uid, title=said, at=at, url=place, changed=each.created_at)


@blueprint.get("/experimentations.csv")
@limit_files
def csv() -> Response:
    """All experiments, as CSV; ``?pour=tableur`` for spreadsheets."""
    return open_data.csv_of(experiments_set(), "experimentations.csv")
