"""A protocol is fixed before the experiment starts; what changes later is an amendment beside it.

Each version is a row of its own that nothing here ever writes again, and its hash is an event: the
log cannot be rewritten, so a row that was changed by any road does not fit its hash any more, and
the page of the experiment says so.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete

from eak_core.api import (
    Actor,
    Invalid,
    Refused,
    Service,
    Session,
    _l,
    checked_words,
    clock,
    ensure_unchanged,
    hold_account,
    lazy_ngettext,
    read_log,
    require,
)
from eak_experiments.drafting.finding import protocol_of, versions
from eak_experiments.drafting.preparing import repeat, tell
from eak_experiments.drafting.saving import checked, ensure_room
from eak_experiments.events import Amended, Imported, ProtocolFixed
from eak_experiments.models import Experiment, FixedProtocol, Step, TrialPlace, TrialSubject
from eak_experiments.protocol import checks, document, steps
from eak_experiments.protocol.document import Protocol

#: Of the reasons of amendments, in characters.
REASON = 2_000
#: What a session knows of protocols that it has kept.
_KEPT = "experiments_kept"
#: In these stages a protocol can be amended.
AMENDABLE = ("fixed", "running", "suspended")


def fix(session: Session, actor: Actor, service: Service, experiment: Experiment) -> None:
    """Fix the protocol, and make it public with its hash. `Refused` where something is missing."""
    require(actor, "experiments.carry", service, experiment)
    hold_account(session, actor)
    session.refresh(experiment, with_for_update=True)
    if experiment.stage != "draft":
        raise Refused(_l("The protocol is fixed already."))
    protocol = document.read(experiment.draft)
    ensure_whole(protocol)
    experiment.stage = "fixed"
    text = keep(session, experiment, protocol, 1, "")
    note(session, actor, experiment, "fixed")
    tell(
        session, actor, experiment,
        ProtocolFixed(
            experiment_id=experiment.id, version=1, hash=document.digest(text),
            hypotheses=len(protocol.hypotheses), idea_id=experiment.idea_id,
        ),
    )  # fmt: skip


def amend_step(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    step: str, values: dict[str, Any], reason: str, *, seen: str | None = None,
) -> None:  # fmt: skip
    """Change the fields of ``step`` of a fixed protocol, with a public ``reason``."""
    wanted = checked(session, values, service.id)
    protocol = _amendable(session, actor, service, experiment)
    now = steps.said(protocol, step)
    if now != wanted:
        ensure_unchanged(seen, now)
    _amend(
        session, actor, experiment, protocol, msgspec.structs.replace(protocol, **wanted), reason
    )


def amend_item(
    session: Session, actor: Actor, service: Service, experiment: Experiment,
    step: str, key: str | None, values: dict[str, Any], reason: str, *, seen: str | None = None,
) -> None:  # fmt: skip
    """Change an item of a list of a fixed protocol, or add one, with a public ``reason``."""
    wanted = checked(session, values, service.id)
    protocol = _amendable(session, actor, service, experiment)
    ensure_room(protocol, step, key)
    now = steps.said_of(protocol, step, key) if key else None
    if now is not None and now != wanted:
        ensure_unchanged(seen, now)
    _amend(session, actor, experiment, protocol,
           document.put_item(protocol, step, key, wanted), reason)  # fmt: skip


def _amendable(
    session: Session, actor: Actor, service: Service, experiment: Experiment
) -> Protocol:
    require(actor, "experiments.carry", service, experiment)
    hold_account(session, actor)
    session.refresh(experiment, with_for_update=True)
    if experiment.stage not in AMENDABLE:
        raise Refused(_l("This protocol can no longer be amended."))
    return protocol_of(session, experiment)


def _amend(
    session: Session, actor: Actor, experiment: Experiment,
    before: Protocol, after: Protocol, reason: str,
) -> None:  # fmt: skip
    if after == before:
        return
    reason = checked_words(
        reason,
        "reason",
        _l("Nothing was changed: an amendment needs its reason."),
        most=REASON,
        missing=_l("Say why, in at most %(most)s characters: it is public.", most=REASON),
    )
    ensure_whole(after)
    wrong: dict[str, Any] = {}
    if experiment.started_on and after.starts_on != before.starts_on:
        wrong["starts_on"] = _l("It has started: its first day cannot be another one.")
    if experiment.started_on and after.ends_on != before.ends_on:
        wrong["ends_on"] = _l("It has started: its last day moves by an extension alone.")
    if wrong:
        raise Invalid(_l("Nothing was changed."), wrong)
    version = versions(session, experiment)[-1].version + 1
    text = keep(session, experiment, after, version, reason)
    note(session, actor, experiment, "amended", reason)
    happened = Amended(experiment_id=experiment.id, version=version, hash=document.digest(text))
    tell(session, actor, experiment, happened)


def ensure_whole(protocol: Protocol) -> None:
    """Return where nothing is missing. `Refused` otherwise."""
    lacks = checks.missing(protocol)
    if lacks:
        raise Refused(
            lazy_ngettext(
                "%(num)s thing is missing or contradicts another: the list says which.",
                "%(num)s things are missing or contradict each other: the list says which.",
                len(lacks),
            )
        )


def keep(
    session: Session, experiment: Experiment, protocol: Protocol, version: int, reason: str,
    *, at: datetime | None = None, communes: Collection[str] | None = None,
) -> str:  # fmt: skip
    """Keep a version that counts, as of ``at`` (now); answers how it is written. Lists find it in
    its communes, or in those that are ``communes`` of this site."""
    text = document.written(protocol)
    session.add(
        FixedProtocol(experiment_id=experiment.id, version=version, document=text,
                      reason=reason, at=at or clock.now())
    )  # fmt: skip
    repeat(experiment, protocol)
    session.execute(delete(TrialPlace).where(TrialPlace.experiment_id == experiment.id))
    session.execute(delete(TrialSubject).where(TrialSubject.experiment_id == experiment.id))
    for code in protocol.subjects:
        session.add(
            TrialSubject(
                experiment_id=experiment.id, subject=code, service_id=experiment.service_id
            )
        )
    for code in protocol.communes:
        if communes is None or code in communes:
            session.add(
                TrialPlace(experiment_id=experiment.id, commune=code,
                           service_id=experiment.service_id)
            )  # fmt: skip
    session.flush()
    session.info.setdefault(_KEPT, {})[experiment.id, version] = document.digest(text)
    return text


def note(
    session: Session, actor: Actor, experiment: Experiment, kind: str, reason: str = "",
    day: date | None = None,
) -> Step:  # fmt: skip
    """Keep that something happened to an experiment."""
    step = Step(experiment_id=experiment.id, kind=kind, at=clock.now(),
                person_id=actor.person_id, reason=reason, day=day)  # fmt: skip
    session.add(step)
    session.flush()
    return step


class Proof(NamedTuple):
    """A version of a protocol, the ``hash`` of its row, and whether that ``holds``: the log says
    the same."""

    version: int
    hash: str
    holds: bool


def proved(session: Session, experiment: Experiment) -> Sequence[Proof]:
    """Each version that counts, compared with what the log says of it. A row that is missing is one
    that does not hold. One that the log says comes from elsewhere was fixed there: nothing is said
    of it here."""
    happened = read_log(
        session, experiment.service_id, types=[ProtocolFixed, Amended, Imported],
        subject=f"experiments.experiment:{experiment.id}", limit=1_000,
    )  # fmt: skip
    if any(isinstance(each.data, Imported) for each in happened):
        return []
    # What this very transaction has kept is in the log once it is committed.
    kept = session.info.get(_KEPT, {})
    told = {number: digest for (of, number), digest in kept.items() if of == experiment.id}
    told |= {each.data.version: each.data.hash for each in happened}
    stands = {
        each.version: document.digest(each.document) for each in versions(session, experiment)
    }
    return [
        Proof(version, stands.get(version, ""), told.get(version) == stands.get(version))
        for version in sorted({*told, *stands})
    ]
