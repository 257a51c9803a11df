"""The pages of notices: what is new, what one follows and how one is told; and the two buttons that
begin and end it, which belong to a service."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, g, request, url_for
from sqlalchemy import select

from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.i18n import _, _l
from eak_core.notices import following, inbox
from eak_core.notices.forms import preferences_form, rhythms_in
from eak_core.notices.kinds import KEPT, NoticeKind, notice_kinds
from eak_core.notices.letters import keep_letters, letters_of
from eak_core.notices.preferences import rhythms_of, want
from eak_core.permissions import SignInRequired
from eak_core.plugins.hooks.contributions import NavItem
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import active_in
from eak_core.plugins.per_service.models import PluginActivation
from eak_core.services.lookup import visible_to
from eak_core.services.models import Service
from eak_core.web import render
from eak_core.web.acts import Answer, attempt, finish, form_page
from eak_core.web.limits import limited

blueprint = Blueprint("notices", __name__, url_prefix="/compte/nouveautes")
places = ServiceBlueprint("notices_follow", __name__, below="/suivre")

limit_follow = limited("notices.follow", "60/minute;1000/day")
limit_preferences = limited("notices.preferences", "20/minute;200/day")


@dataclass(frozen=True, slots=True)
class Followed:
    """Something that a person follows, as their page shows it."""

    subject: str
    label: str
    url: str
    service: Service


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Let nothing of an account stay in a browser's or a proxy's store."""
    response.headers["Cache-Control"] = "no-store, private"
    return response


@blueprint.get("/")
def index() -> Answer:
    """What is new for the reader, the latest first."""
    me()
    session = current_session()
    page = inbox.page_of(session, g.actor, _beyond(request.args))
    return render("notices/index.html", page=page, kept=KEPT.days)


@blueprint.post("/lues")
def read_all() -> Answer:
    """Note that all of it was read."""
    inbox.mark_read(current_session(), me())
    return finish(_("Everything is marked as read."), url_for("notices.index"))


@blueprint.post("/<int:notice_id>/lue")
def read(notice_id: int) -> Answer:
    """Note that one of them was read; whose else it is, nothing happens."""
    inbox.mark_read(current_session(), me(), notice_id if notice_id < 2**31 else 0)
    return finish(None, url_for("notices.index", avant=_beyond(request.form)))


@blueprint.route("/preferences", methods=["GET", "POST"])
@limit_preferences
def preferences() -> Answer:
    """How one is told, kind by kind, and written to by plugins; and what one follows."""
    session, person_id = current_session(), me()
    kinds, letters = _kinds(), letters_of(session, g.actor)
    form = preferences_form(kinds, rhythms_of(session, person_id), letters)

    def save() -> None:
        for kind, rhythm in rhythms_in(form, kinds).items():
            want(session, person_id, kind, rhythm)
        keep_letters(form, letters)

    return attempt(
        form, save, done=(_("Your choices are saved."), url_for("notices.preferences"))
    ) or form_page("notices/preferences.html", form, kinds=kinds, followed=_followed(person_id))


@places.post("/<subject>")
@limit_follow
def follow(subject: str) -> Answer:
    """Follow something of this service."""
    thing = following.follow(current_session(), g.actor, g.service, g.active, subject)
    return finish(
        _(
            "You follow “%(thing)s” from now on: you are told what becomes of it.",
            thing=thing.label,
        ),
        url_of(thing),
    )


@places.post("/<subject>/arreter")
@limit_follow
def leave(subject: str) -> Answer:
    """Follow it no more; back to it, or to what is followed still where it is not to be seen."""
    session = current_session()
    following.leave(session, g.actor, g.service, subject)
    things = following.things_of(session, g.actor, g.service, g.active, [subject])
    place = url_of(things[subject]) if subject in things else url_for("notices.preferences")
    from_list = request.form.get("de") == "liste"
    return finish(
        _("You follow it no more."), url_for("notices.preferences") if from_list else place
    )


def me() -> int:
    """Whose notices these are. `SignInRequired` for visitors."""
    if g.actor.person_id is None:
        raise SignInRequired(_("Please sign in to open this page."))
    found: int = g.actor.person_id
    return found


def url_of(thing: NavItem, **values: str) -> str:
    """The address of the page of ``thing``."""
    return url_for(thing.endpoint, **{**values, **thing.values})


def _beyond(given: Mapping[str, str]) -> int | None:
    asked = given.get("avant", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 15:
        raise NotFound(_l("This list has no such page."))
    return int(asked)


def _kinds() -> list[NoticeKind]:
    """The kinds of the core, and of the plugins that are on where the reader may look."""
    on = select(PluginActivation.plugin).join(Service, Service.id == PluginActivation.service_id)
    plugins = current_session().scalars(
        on.where(
            PluginActivation.active, PluginActivation.suspended_at.is_(None), visible_to(g.actor)
        ).distinct()
    )
    kinds = notice_kinds(frozenset(plugins) & get_host().ready_names)
    runs = g.actor.administrator or bool(g.actor.managed)
    return [each for each in kinds if runs or not each.managers]


def _followed(person_id: int) -> list[Followed]:
    """What somebody follows and may see now, service by service."""
    session = current_session()
    subjects: Mapping[int, list[str]] = following.followed_by(session, person_id)
    services = session.scalars(
        select(Service)
        .where(Service.id.in_(subjects), visible_to(g.actor))
        .order_by(Service.name, Service.id)
    ).all()
    found = []
    active = active_in(session, [service.id for service in services])
    for service in services:
        here = subjects[service.id]
        things = following.things_of(session, g.actor, service, active[service.id], here)
        found += [
            Followed(each, str(thing.label), url_of(thing, service_slug=service.slug), service)
            for each, thing in things.items()
        ]
    return found
