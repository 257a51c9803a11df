"""The logbook: open by default, with notes for the team alone, and what inhabitants say."""

from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, or_, select

from eak_core.api import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Refused,
    Service,
    Session,
    _l,
    checked_text,
    clock,
    hide,
    hold_account,
    insert_once,
    may,
    not_hidden,
    plugin_settings,
    remove_files_of,
    require,
    restore,
)
from eak_experiments.drafting.preparing import tell
from eak_experiments.drafting.saving import today
from eak_experiments.events import FeedbackRead, Logged
from eak_experiments.manifest import plugin
from eak_experiments.models import TEXT, Experiment
from eak_experiments.record import ENTRY_KINDS, ENTRY_NAME, Entry, EntryKind

#: In these stages something is written down.
LOGGED = ("fixed", "running", "suspended", "evaluating")
#: In these stages inhabitants are heard.
HEARD = ("running", "suspended", "evaluating")


def entries(
    session: Session, service: Service, experiment: Experiment, actor: Actor
) -> Select[Entry]:
    """The statement of the entries that ``actor`` may read, the latest first."""
    return (
        select(Entry)
        .where(Entry.experiment_id == experiment.id, *readable(service, experiment, actor))
        .order_by(Entry.day.desc(), Entry.id.desc())
    )


def readable(
    service: Service, experiment: Experiment, actor: Actor
) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Entry` that keep what ``actor`` may read: the team reads its own notes,
    and what waits or is hidden those who carry the experiment."""
    if may(actor, "experiments.carry", service, experiment):
        return ()
    shown = not_hidden(service.id, ENTRY_NAME, Entry.id)
    if may(actor, "experiments.log", service, experiment):
        return shown, Entry.waits.is_(False)
    return shown, Entry.waits.is_(False), Entry.private.is_(False)


def entry_of(
    session: Session, service: Service, experiment: Experiment, actor: Actor, number: int
) -> Entry:
    """The entry ``number`` of a logbook; `NotFound` where ``actor`` may not read it."""
    there = number if 0 < number < 2**31 else 0
    query = entries(session, service, experiment, actor).where(Entry.id == there)
    found = session.scalar(query)
    if found is None:
        raise NotFound(_l("There is no entry at this address."))
    return found


def log(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    kind: str, day: date | None, text: str, *, private: bool = False, form_key: str | None = None,
) -> Entry:  # fmt: skip
    """Write something down. A second call with the same ``form_key`` writes nothing more. `Invalid`
    names what cannot be."""
    require(actor, "experiments.log", service, experiment)
    hold_account(session, actor)
    if experiment.stage not in LOGGED:
        raise Refused(_l("The logbook is open from when the protocol is fixed until the close."))
    wrong: dict[str, Any] = {}
    if kind not in ENTRY_KINDS:
        wrong["kind"] = _l("Choose what it is.")
    if day is None or day > today() or day.year < 2000:
        wrong["day"] = _l("Give the day on which it was; it cannot be in the future.")
    text = _text(text, wrong)
    if wrong or day is None:
        raise Invalid(_l("Nothing was written down."), wrong)
    row = {
        "kind": kind, "day": day, "text": text, "private": private, "waits": False,
        "written_by": actor.person_id, "form_key": form_key,
    }  # fmt: skip
    return _write(session, actor, experiment, row)


def hear(
    session: Session, actor: Actor, service: Service, experiment: Experiment, text: str
) -> None:
    """Take what an inhabitant says; it waits until somebody has read it. Without an account where
    the service allows it. `Refused` where the experiment hears nobody."""
    ensure_heard(session, actor, service, experiment)
    if actor.signed_in:
        hold_account(session, actor)
    wrong: dict[str, Any] = {}
    text = _text(text, wrong)
    if wrong:
        raise Invalid(_l("Nothing was sent."), wrong)
    row = {
        "kind": "feedback", "day": today(), "text": text, "private": False, "waits": True,
        "written_by": actor.person_id, "form_key": None,
    }  # fmt: skip
    _write(session, actor, experiment, row)


def ensure_heard(session: Session, actor: Actor, service: Service, experiment: Experiment) -> None:
    """Return where ``actor`` may say how they find an experiment."""
    if experiment.stage not in HEARD:
        raise Refused(_l("This experiment is not under way: nobody is asked at the moment."))
    if plugin_settings(session, service.id, plugin.name)["open_feedback"]:
        return
    require(actor, "experiments.respond", service)


def read_feedback(
    session: Session, actor: Actor, service: Service, experiment: Experiment, entry: Entry,
    *, shown: bool,
) -> None:  # fmt: skip
    """Show what an inhabitant said, or throw it away. `Conflict` where somebody has read it."""
    require(actor, "experiments.carry", service, experiment)
    session.refresh(entry, with_for_update=True)
    if not entry.waits:
        raise Conflict(_l("Somebody has read this already."))
    number = entry.id
    entry.waits = False
    if not shown:
        session.delete(entry)
    session.flush()
    tell(session, actor, experiment,
         FeedbackRead(experiment_id=experiment.id, entry_id=number, shown=shown))  # fmt: skip


def hide_entry(
    session: Session, actor: Actor, service: Service, entry: Entry, reason: str, *, again: bool
) -> None:
    """Hide an entry with a public ``reason``, or show it ``again``."""
    require(actor, "experiments.decide", service)
    decide = restore if again else hide
    decide(session, actor, service, entry.subject, reason)


def forget(session: Session, person_id: int) -> None:
    """Take the words of a person that were never public; what is public stays without a name."""
    private = or_(Entry.private.is_(True), Entry.waits.is_(True))
    for entry in session.scalars(
        select(Entry).where(Entry.written_by == person_id, private).order_by(Entry.id)
    ).all():
        service = session.get_one(Service, entry.service_id)
        remove_files_of(session, Actor.system(), service, plugin.name, f"entry:{entry.id}")
        session.delete(entry)
    session.flush()


def _text(typed: str, wrong: dict[str, Any]) -> str:
    return checked_text(typed, "text", wrong, most=TEXT, missing=_l("Write what happened."))


def _write(session: Session, actor: Actor, experiment: Experiment, row: dict[str, Any]) -> Entry:
    about = {"experiment_id": experiment.id, "service_id": experiment.service_id}
    number = insert_once(session, Entry, {**row, **about, "written_at": clock.now()}, Entry.id)
    if number is None:
        key = {"written_by": row["written_by"], "form_key": row["form_key"]}
        return session.scalars(select(Entry).filter_by(**key)).one()
    tell(
        session, actor, experiment,
        Logged(
            experiment_id=experiment.id, entry_id=number, kind=cast("EntryKind", row["kind"]),
            public=not (row["private"] or row["waits"]),
        ),
    )  # fmt: skip
    return session.get_one(Entry, number)
