"""Two years of experiments in the demonstration: played one dated act after the other."""

from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from eak_core.api import Actor, Demo, Service, Session, attach_files, clock, stage_file
from eak_experiments.demo.content import Trial, trials
from eak_experiments.drafting import fixing, preparing
from eak_experiments.manifest import plugin
from eak_experiments.models import Experiment
from eak_experiments.outcome import closing
from eak_experiments.protocol.steps import FIELDS, fields_of, said
from eak_experiments.replicating import again, kit_files
from eak_experiments.rules.quantities import figure
from eak_experiments.running import going_on, logbook, measuring, starting

#: So many days before its start a protocol is begun, and fixed.
BEGUN, FIXED = 40, 12
#: The service whose experiments they are.
SERVICE = "laboratoire"


def play(session: Session, service: Service, demo: Demo) -> None:
    """Let the experiments of the demonstration happen in ``service``."""
    if service.slug != SERVICE:
        return
    made: dict[str, Experiment] = {}
    for trial in trials():
        made[trial.key] = _Story(session, service, demo, trial).told(made)


class _Story:
    """What happens to one experiment."""

    def __init__(self, session: Session, service: Service, demo: Demo, trial: Trial) -> None:
        self.session, self.service, self.demo, self.trial = session, service, demo, trial
        self.manager = demo.actor(session, "gestion")
        self.agent = demo.actor(session, "agente")

    def day(self, after: int) -> date:
        """The day so many days after the start."""
        return (self.demo.now - timedelta(days=self.trial.days - after)).date()

    def at(self, after: int, what: str) -> AbstractContextManager[Any]:
        """The instant of something that happened so many days after the start."""
        return clock.freeze(self.demo.days_ago(self.trial.days - after, what))

    def told(self, others: dict[str, Experiment]) -> Experiment:
        """The experiment, as it stands now."""
        made = self.fixed(others.get(self.trial.origin))
        with self.at(0, "start"):
            starting.start(self.session, self.manager, self.service, made, frozenset())
        for after, kind, words in self.trial.log:
            with self.at(after, words):
                logbook.log(self.session, self.manager, self.service, made, kind,
                            self.day(after), words)  # fmt: skip
        for after, value, size, arm in self.trial.measures:
            with self.at(after, value):
                self.measure(made, after, value, size, arm)
        self.ended(made)
        return made

    def fixed(self, origin: Experiment | None) -> Experiment:
        """The experiment with its protocol fixed."""
        plan = self.trial.protocol(self.day(0), self.day(self.trial.lasts), self.day(-60))
        actor: Actor = self.manager
        with self.at(-BEGUN, "begin"):
            if origin is None:
                made = preparing.prepare(
                    self.session, actor, self.service, plan.title, plan.challenge
                )
            else:
                made = again.again(self.session, actor, self.service, origin, plan.title,
                                   self.trial.adaptations, self.trial.fidelity)  # fmt: skip
            for step in FIELDS:
                preparing.save_step(self.session, actor, self.service, made, step, said(plan, step))
            for step in ("hypotheses", "partners", "risks"):
                for item in getattr(plan, step):
                    preparing.save_item(self.session, actor, self.service, made, step, item.key,
                                        fields_of(item))  # fmt: skip
            preparing.enter(self.session, self.agent, made, self.agent.person_id or 0, "referent")
        with self.at(-FIXED, "fix"):
            fixing.fix(self.session, actor, self.service, made)
        return made

    def measure(self, made: Experiment, after: int, value: str, size: int, arm: str) -> None:
        """A figure is entered on the day of its measure."""
        measuring.measure(
            self.session, self.manager, self.service, made, "h1", self.day(after), figure(value),
            "", size, arm,
        )  # fmt: skip

    def ended(self, made: Experiment) -> None:
        """It was reviewed, closed, written up and looked at again, as far as its story goes."""
        trial, session, manager = self.trial, self.session, self.manager
        if trial.review:
            with self.at(min(91, trial.lasts // 2), "review"):
                going_on.review(session, manager, self.service, made, trial.review, "go_on")
        if trial.closing:
            with self.at(trial.closes, "close"):
                closing.close(session, manager, self.service, made, trial.closing,
                              frozenset())  # fmt: skip
        if trial.kit:
            with self.at(trial.closes + 20, "kit"):
                again.save_kit(session, manager, self.service, made, trial.kit)
                self.files(made)
        if trial.left:
            with self.at(trial.closes + 545, "left"):
                closing.follow(session, manager, self.service, made, "in_place", trial.left)

    def files(self, made: Experiment) -> None:
        """The kit has a file, with its licence."""
        if self.trial.kit_file is None:
            return
        drawing, name, licence = self.trial.kit_file
        staged = [stage_file(self.demo.drawing(drawing), name)]
        subject = kit_files.subject_of(made)
        added = attach_files(self.session, self.manager, self.service, plugin.name, subject, staged)
        kit_files.license_files(
            self.session, self.manager, self.service, made, dict.fromkeys(added, licence)
        )
