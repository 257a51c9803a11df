"""Where an idea can stand, and where it can go from there.

The core knows the path ``draft → submitted → screening → accepted``, its good end ``adopted →
under_way → done`` or ``stopped``, and three ways out, ``rejected``, ``withdrawn`` and ``merged``.
Plugins weave their stages in between, and outcomes of their own.
A stage exists only where its plugin is active; the order of the others does not change.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from eak_core.i18n import _l
from eak_core.plugins.loading import manifest

DRAFT = "draft"
SUBMITTED = "submitted"
SCREENING = "screening"
ACCEPTED = "accepted"
ADOPTED = "adopted"
UNDER_WAY = "under_way"
DONE = "done"
STOPPED = "stopped"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"
MERGED = "merged"

#: Where the author, or a merge, brings an idea, and nobody by a decision about it alone.
UNCHOSEN = frozenset({DRAFT, WITHDRAWN, MERGED})


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the graph. ``plugin`` brings it; ``outcomes`` are the ends it can lead to, and
    ``leads_to`` names others that it can. To one that is ``direct`` ideas come past those before
    it, too."""

    name: str
    title: Any
    plugin: str | None = None
    outcomes: "tuple[Stage, ...]" = ()
    final: bool = False
    leads_to: tuple[str, ...] = ()
    direct: bool = False


_DONE = Stage(DONE, _l("Done"), final=True)
_STOPPED = Stage(STOPPED, _l("Stopped early"), final=True)

CORE_PATH = (
    Stage(DRAFT, _l("Draft")),
    Stage(SUBMITTED, _l("Submitted")),
    Stage(SCREENING, _l("Screening")),
    Stage(ACCEPTED, _l("Accepted")),
    Stage(ADOPTED, _l("Adopted"), outcomes=(_STOPPED,)),
    Stage(UNDER_WAY, _l("Under way"), outcomes=(_DONE, _STOPPED)),
)
CORE_ENDS = (
    Stage(REJECTED, _l("Not retained"), final=True),
    Stage(WITHDRAWN, _l("Withdrawn"), final=True),
    Stage(MERGED, _l("Merged with another"), final=True),
)


@dataclass(frozen=True)
class Graph:
    """The stages of one service: ``path`` in order with every installed stage, some inactive."""

    path: tuple[Stage, ...]
    active: frozenset[str]
    _known: dict[str, Stage] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = {stage.name: stage for stage in (*CORE_ENDS, *self.path)}
        for stage in self.path:
            known |= {outcome.name: outcome for outcome in stage.outcomes}
        object.__setattr__(self, "_known", known)

    def stage(self, name: str) -> Stage:
        """The stage called ``name``. One whose plugin was removed keeps its name as its title."""
        return self._known.get(name) or Stage(name, name.replace("_", " ").capitalize())

    def is_active(self, stage: Stage) -> bool:
        """Whether ideas of this service can be brought to ``stage``."""
        return stage.plugin is None or stage.plugin in self.active

    def stages(self) -> list[Stage]:
        """What can be met in this service, in the order of an idea's life, drafts left out."""
        path = [stage for stage in self.path[1:] if self.is_active(stage)]
        outcomes = {outcome.name: outcome for stage in path for outcome in stage.outcomes}
        return [*path, *outcomes.values(), *CORE_ENDS]

    def is_final(self, name: str) -> bool:
        """Whether an idea in ``name`` has come to its outcome."""
        return self.stage(name).final

    def awaits_answer(self, name: str) -> bool:
        """Whether the author of an idea in ``name`` waits for the first decision about it."""
        names = [stage.name for stage in self.path]
        return name in names and 0 < names.index(name) < names.index(ACCEPTED)

    def quarter(self, name: str) -> int:
        """How far an idea in ``name`` has come, from 0 to 4: a draft, submitted, examined, on its
        way from the acceptance on, at its end."""
        if self.is_final(name) or name == REJECTED:
            return 4
        names = [stage.name for stage in self.path]
        place = names.index(name) if name in names else names.index(ACCEPTED)
        return 3 if place >= names.index(ACCEPTED) else min(place, 2)

    def next(self, name: str) -> list[Stage]:
        """Where a manager can bring an idea from ``name``, the way forward first.

        A rejected idea can be looked at again. An idea left in a stage whose plugin is off or
        removed goes on to the next stage there is. From the acceptance on an idea can come to a
        direct stage at once, and be adopted, except where a stage has outcomes of its own.
        """
        if name == REJECTED:
            return [self.stage(SCREENING)]
        if name == DRAFT or self.is_final(name):
            return []
        names = [stage.name for stage in self.path]
        if name not in names:
            return [self.stage(ACCEPTED), self.stage(REJECTED)]
        later = self.path[names.index(name) + 1 :]
        forward = [stage for stage in later if self.is_active(stage)][:1]
        here, adopted = self.stage(name), self.stage(ADOPTED)
        if (here.outcomes or here.leads_to) and self.is_active(here):
            others = [self.stage(each) for each in here.leads_to if each in self._known]
            ahead = [stage for stage in forward if stage != adopted]
            return [*ahead, *here.outcomes, *filter(self.is_active, others)]
        if names.index(name) >= names.index(ACCEPTED):
            shortcuts = [stage for stage in later if stage.direct and self.is_active(stage)]
            forward += [stage for stage in (*shortcuts, adopted) if stage not in forward]
        return [*forward, self.stage(REJECTED)]


def weave(declared: Iterable[tuple[str, manifest.Stage]]) -> tuple[Stage, ...]:
    """The whole path: the core's stages, with those of plugins each behind the one it names.

    A stage that names one nobody brings goes to the end of them, before what hangs on it; so
    installing ``matchmaking`` without ``voting`` keeps the order of the rest. Nothing comes between
    a draft and its submission, nor behind the adoption.
    """
    waiting = [
        (
            stage.after,
            Stage(
                stage.name,
                stage.title,
                plugin,
                tuple(Stage(o.name, o.title, plugin, final=True) for o in stage.outcomes),
                leads_to=stage.leads_to,
                direct=stage.direct,
            ),
        )
        for plugin, stage in declared
    ]
    path = list(CORE_PATH)
    last_behind: dict[str, str] = {}
    while waiting:
        after, stage = _next_to_place(waiting, {stage.name for stage in path})
        waiting.remove((after, stage))
        anchor = SUBMITTED if after == DRAFT else after
        neighbour = last_behind.get(anchor, anchor)
        names = [placed.name for placed in path]
        adoption = names.index(ADOPTED)
        known = neighbour in names[:adoption]
        path.insert(names.index(neighbour) + 1 if known else adoption, stage)
        last_behind[anchor] = stage.name
    return tuple(path)


def _next_to_place(waiting: list[tuple[str, Stage]], placed: set[str]) -> tuple[str, Stage]:
    for after, stage in waiting:
        if after in placed:
            return after, stage
    names = {stage.name for _, stage in waiting}
    roots = (entry for entry in waiting if entry[0] not in names)
    return next(roots, waiting[0])
