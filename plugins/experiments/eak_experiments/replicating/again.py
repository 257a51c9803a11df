"""The kit of an experiment, and doing it again."""

from typing import Any

import msgspec

from eak_core.api import (
    Actor,
    Invalid,
    Refused,
    Service,
    Session,
    _l,
    checked_text,
    ensure_unchanged,
    hold_account,
    require,
)
from eak_experiments.drafting.finding import ensure_shown, protocol_of
from eak_experiments.drafting.preparing import prepare, tell
from eak_experiments.events import Drafted, KitEdited
from eak_experiments.models import TEXT, Experiment
from eak_experiments.outcome.evidence import refresh
from eak_experiments.protocol import document
from eak_experiments.protocol import kit as kits
from eak_experiments.protocol.document import Protocol
from eak_experiments.protocol.kit import Kit


def save_kit(
    session: Session, actor: Actor, service: Service, experiment: Experiment, said: Kit,
    *, seen: str | None = None,
) -> None:  # fmt: skip
    """Keep how an experiment can be done again; public as soon as it is. `Conflict` where somebody
    else has changed it."""
    require(actor, "experiments.carry", service, experiment)
    hold_account(session, actor)
    session.refresh(experiment, with_for_update=True)
    if not experiment.public:
        raise Refused(_l("Fix the protocol first: a kit is for others."))
    wrong: dict[str, Any] = {}
    values = {
        name: checked_text(text, name, wrong, most=TEXT) for name, text in kits.said(said).items()
    }
    if wrong:
        raise Invalid(_l("Nothing was saved: something is to be corrected."), wrong)
    now = kits.read(experiment.kit)
    wanted = msgspec.structs.replace(now, **values)
    if now == wanted:
        return
    ensure_unchanged(seen, kits.said(now))
    experiment.kit = kits.written(wanted)
    if experiment.stage == "closed":
        refresh(session, experiment)
    session.flush()
    tell(session, actor, experiment, KitEdited(experiment_id=experiment.id))


def again(
    session: Session, actor: Actor, service: Service, origin: Experiment,
    title: str, adaptations: str, fidelity: int | None, *, form_key: str | None = None,
) -> Experiment:  # fmt: skip
    """Begin an experiment that does ``origin`` again: its hypotheses, method and risks, without its
    days, its communes and the figures of its baseline, which are others here."""
    wrong: dict[str, Any] = {}
    adaptations = checked_text(adaptations, "adaptations", wrong, most=TEXT)
    if fidelity is not None and not 0 <= fidelity <= 100:
        wrong["fidelity"] = _l("Give a number from 0 to %(most)s.", most=100)
    if wrong:
        raise Invalid(_l("Nothing was saved: something is to be corrected."), wrong)
    if not origin.public:
        raise Refused(_l("Only what is public is done again."))
    ensure_shown(session, origin)
    source = protocol_of(session, origin)
    made = prepare(session, actor, service, title, source.challenge, form_key=form_key)
    if made.origin_id is not None:
        return made
    made.origin_id, made.fidelity, made.adaptations = origin.id, fidelity, adaptations
    made.draft = document.written(_copied(source, made.title))
    session.flush()
    tell(session, actor, made, Drafted(experiment_id=made.id))
    return made


def _copied(source: Protocol, title: str) -> Protocol:
    hypotheses = tuple(
        msgspec.structs.replace(each, baseline=None, baseline_on=None, baseline_source="")
        for each in source.hypotheses
    )
    return msgspec.structs.replace(
        source, title=title, hypotheses=hypotheses, communes=(), sites="", starts_on=None,
        ends_on=None, partners=(), budget=None, funding="", in_kind="", beneficiaries_number=None,
    )  # fmt: skip
