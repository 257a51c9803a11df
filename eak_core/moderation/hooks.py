"""What the room of moderation answers to the questions that plugins are asked as well."""

from collections.abc import Iterator, Mapping
from typing import Any

from eak_core.db import Session
from eak_core.i18n import _, _l, lazy_ngettext
from eak_core.moderation import appeals, measures, personal_data, reports
from eak_core.plugins.hooks.contributions import AccountLinks, DeskItem, Kept, NavItem
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.services.models import Service
from eak_core.web.i18n import date


@hookimpl
def footer_links() -> Iterator[NavItem]:
    """The charter, and the register that says how it is kept."""
    yield NavItem(_l("Charter"), "moderation.charter")
    yield NavItem(_l("Register of moderation"), "moderation.register")


@hookimpl
def desk_items(session: Session, service: Service) -> Iterator[DeskItem]:
    """What was reported, and what is contested, and waits for a decision."""
    number, since = reports.waiting_since(session, service.id)
    label = lazy_ngettext(
        "%(num)s reported text waits for your decision",
        "%(num)s reported texts wait for your decision",
        number,
    )
    yield DeskItem(number, label, "moderation_manage.queue", since=since)
    number, since = appeals.waiting_since(session, service.id)
    label = lazy_ngettext(
        "%(num)s decision of moderation is contested",
        "%(num)s decisions of moderation are contested",
        number,
    )
    yield DeskItem(number, label, "moderation_manage.queue", since=since)


@hookimpl
def desk_pages() -> Iterator[NavItem]:
    """What was reported, whether anything waits there or not, and where the charter is written."""
    yield NavItem(
        _l("Reported texts"),
        "moderation_manage.queue",
        note=_l("What was reported or is contested, and whom to warn or to suspend."),
    )
    yield NavItem(
        _l("Charter"), "moderation_charter.edit",
        note=_l("The rules by which moderators decide, in your own words."),
    )  # fmt: skip


@hookimpl
def account_links(session: Session, person_id: int) -> AccountLinks | None:
    """The warnings and suspensions that hold against somebody, until when."""
    found = measures.own_measures(session, person_id)
    if not found:
        return None
    return AccountLinks(
        _l("Decisions about me"),
        [
            NavItem(
                _l("Suspended in “%(service)s”", service=service.name)
                if measure.kind == "suspension"
                else _l("Warned in “%(service)s”", service=service.name),
                "moderation.measure",
                {"service_slug": service.slug, "measure_id": measure.id},
                note=_l("until %(date)s", date=date(measures.last_day(measures.ends_at(measure)))),
            )
            for measure, service in found
        ],
    )


@hookimpl
def kept_data() -> Iterator[Kept]:
    """What is stored here about people."""
    yield Kept(
        _l("Your reports"),
        _l("what you report and why; without an account your name and your address"),
        _l("to decide about it and to answer you"),
        _l("moderators"),
        _l("six months after the decision, or your account is erased"),
    )
    yield Kept(
        _l("Decisions about you, and your appeals"),
        _l(
            "warnings, suspensions, texts of yours that were hidden, and how you contested it:"
            " when, why and until when"
        ),
        _l("to keep the charter, and to decide otherwise where you are right"),
        _l("you and the team of the service"),
        _l("a year after their end, or your account is erased"),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """What they reported and contested, and what they decided."""
    return personal_data.export_person(session, person_id)


@hookimpl
def legal_holds(session: Session, person_id: int) -> Iterator[str]:
    """An appeal of theirs, or against what was decided for them, that waits for its answer."""
    if appeals.waits_for(session, person_id):
        yield _("You contested a decision of moderation, and nobody has answered you yet.")


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    """Their words to moderators, and that it was them."""
    personal_data.erase_person(session, person_id)
