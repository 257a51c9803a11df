"""What the plugin's hooks answer, asked one by one: in the shape that the core expects."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec
from flask import g
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from eak_core import clock
from eak_core.db import Session, current_session
from eak_core.events.core import get_event_core
from eak_core.events.reading import all_recorded, rows_after
from eak_core.files.models import StoredFile
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.models import Idea
from eak_core.kit.testing.conformance.hostile import HOSTILE
from eak_core.kit.testing.conformance.scene import scene_of
from eak_core.kit.testing.conformance.trial import READERS, Trial
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.plugins.hooks.datasets import DataSet, columns_of
from eak_core.plugins.hooks.importers import ImportedComment
from eak_core.plugins.hooks.shapes import SHAPES
from eak_core.plugins.loading.host import get_host

#: Of how many events it is asked what people are told of them.
MOST = 1_000
#: Hooks that act and have nothing to answer; `load_demo` wants a whole demonstration.
_ACT = ("reset_projections", "erase_person")
_ELSEWHERE = frozenset({"load_demo"})


def check_hooks_answer_in_shape(trial: Trial) -> None:
    """Each hook answers with what its specification says, whoever asks."""
    scene = scene_of(trial)
    module = trial.found.module
    with scene.site.app.app_context():
        host = get_host()
    asked = [each for each in SHAPES if trial.name in host.answering(each)]
    for hook in asked:
        function = getattr(module, hook, None)
        if function is None or hook in _ELSEWHERE:
            continue
        with scene.life.play.still():
            for answer in _answers(scene.site, trial.name, scene.idea, hook, function):
                wrong = _wrong(hook, answer)
                assert wrong is None, (
                    f"{hook} of “{trial.name}” answers {answer!r}: {wrong}. See the hook in the"
                    " reference, or in eak_core/plugins/hooks/hookspecs.py, for what it may answer."
                )


def check_columns_are_declared(trial: Trial) -> None:
    """What it adds to the open data of ideas is what its manifest says."""
    kind = trial.manifest.idea_columns
    declared = [] if kind is None else columns_of(kind, f"{trial.name}.")
    silent = [each.name for each in declared if not each.meaning]
    assert not silent, f"“{trial.name}” does not say what {silent[0]} means: use `column`."
    site = scene_of(trial).site
    page = site.browser().get(f"/{site.service.slug}/donnees/idees.json")
    added = {
        name
        for idea in page.get_json()["ideas"]
        for name in idea
        if name.startswith(f"{trial.name}.")
    }
    assert added == {each.name for each in declared}, (
        f"“{trial.name}” adds {sorted(added)} to the open data of ideas, and `idea_columns` of its"
        f" manifest says {sorted(each.name for each in declared)}."
    )


def _misdeclared(data: DataSet) -> Iterator[str]:
    """What a set of open data holds that it does not declare, or declares and does not say."""
    columns = {each.name: each for each in data.columns()}
    yield from (f"what {name} means is not said" for name in columns if not columns[name].meaning)
    for part in data.read():
        for record in part:
            if odd := record.keys() ^ columns.keys():
                yield f"{min(odd)} is a column or a member of {data.name}, and not both"
            try:
                msgspec.convert(record, data.record)
            except msgspec.ValidationError as error:
                yield f"a record of {data.name}: {error}"


def _answers(
    site: Site, plugin: str, idea: Idea, hook: str, function: Callable[..., Any]
) -> Iterator[Any]:
    """What ``hook`` answers to each reader; whatever it writes is undone."""
    for reader in READERS:
        person = None if reader == "visitor" else getattr(site.people, reader)
        actor = Actor.visitor() if person is None else site.people.actor(person)
        with site.app.test_request_context(f"/{site.service.slug}/"):
            site.app.preprocess_request()
            g.actor = actor
            session = current_session()
            session.rollback()
            session.writes = True
            try:
                for arguments in _arguments(session, plugin, idea, actor, hook):
                    taken = inspect.signature(function).parameters
                    answer = function(**{name: arguments[name] for name in taken})
                    # What is made while it is read fails here, and not in a page.
                    yield list(answer) if inspect.isgenerator(answer) else answer
            finally:
                session.rollback()


def _arguments(
    session: Session, plugin: str, idea: Idea, actor: Actor, hook: str
) -> Iterator[dict[str, Any]]:
    known = session.get_one(Idea, idea.id)
    log = rows_after(session, g.service.id, 0, MOST)
    events, _unreadable = all_recorded(get_event_core().registry, g.service.id, log)
    everything: dict[str, Any] = {
        "session": session,
        "service": g.service,
        "service_id": g.service.id,
        "services": [g.service],
        "actor": actor,
        "idea": known,
        "into": known,
        "to": g.service,
        "ideas": [known],
        "person_id": actor.person_id or 0,
        "events": events,
        "since": clock.now() - timedelta(days=3_650),
        "until": clock.now() + timedelta(days=1),
        "subjects": sorted({each.subject for each in events}),
        "addresses": [f"{each}@example.org" for each in ("reader0", "reader1")],
        "comments": [
            ImportedComment(
                "https://example.org/1", "example.org", "1", HOSTILE, clock.now(), idea_id=known.id
            )
        ],
    }
    if hook == "can_change_stage":
        yield from ({**everything, "to": each.name} for each in stage_graph(g.active).stages())
    elif hook == "effect_preview":
        yield from ({**everything, "enabling": enabling} for enabling in (True, False))
    elif hook == "file_holder":
        of_the_plugin = select(StoredFile.subject).where(StoredFile.owner == plugin).distinct()
        kept = list(session.scalars(of_the_plugin))
        # What files belonged to may be gone from one moment to the next.
        gone = {f"{subject.partition(':')[0]}:0" for subject in [*kept, "nothing:0"]}
        yield from ({**everything, "subject": subject} for subject in [*kept, *sorted(gone)])
    else:
        yield everything


def _wrong(hook: str, answer: Any) -> str | None:
    """Why ``answer`` is none of ``hook``; None where it is."""
    if answer is None:
        return None
    if hook in _ACT:
        return f"expected nothing, got {type(answer).__name__}"
    try:
        SHAPES[hook](answer)
    except Exception as error:  # noqa: BLE001 – whatever the shape says is the reason
        return str(error)
    if hook == "open_data":
        return next((wrong for each in answer for wrong in _misdeclared(each)), None)
    if hook.startswith("slot_"):
        texts = answer.values() if isinstance(answer, Mapping) else [answer]
        if hook == "slot_service_now":
            texts = [each.section for each in answer]
        odd = [each for each in texts if not isinstance(each, str | LazyString | None)]
        if odd:
            return f"expected text or Markup, got {type(odd[0]).__name__}"
    return None
