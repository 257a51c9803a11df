"""The conformance tests see what they are for: each is failed by a plugin that deserves it."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from eak_core.testing.conformance import (
    PluginConformance,
    Trial,
    contents,
    declared,
    gate,
    histories,
    personal,
    tables,
)
from eak_core.testing.conformance.acts import any_idea
from eak_core.testing.site import Site
from eak_core.testing.sites import Sites
from tests.core.kit.mistakes import Mistake, append, remove, replace, write

Check = Callable[[Trial], None]


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> object:
    """One is enough here: that the checks hold on both is seen where plugins pass them."""
    return request.param


def before_every_request(body: str) -> Mistake:
    """A plugin that gets in front of the gate."""
    return append(
        "eak_PLUGIN/views.py",
        f"""
from flask import abort, request


def meddle():
    {body}


blueprint.record(lambda state: state.app.before_request_funcs[None].insert(0, meddle))
""",
    )


def after_every_request(condition: str) -> Mistake:
    """A plugin that adds something to answers."""
    return append(
        "eak_PLUGIN/views.py",
        f"""
from flask import request


def meddle(response):
    if response.mimetype == "text/html" and {condition}:
        response.data = response.data.replace(b"</main>", b"Meddled</main>")
    return response


blueprint.record(lambda state: state.app.after_request(meddle))
""",
    )


AT_EVERY_SIGNAL = append(
    "eak_PLUGIN/views.py",
    """
from flask import request_started


def meddle(sender, **about):
    pass


request_started.connect(meddle)


def undo():
    request_started.disconnect(meddle)
""",
)


def on_submission(body: str) -> Mistake:
    """A plugin with a handler of its own."""
    return append(
        "eak_PLUGIN/subscribers.py",
        f"""
from eak_core.api import IdeaSubmitted


@subscriber(plugin, IdeaSubmitted)
def react(event, ctx):
    {body}
""",
    )


AT_EVERY_COMMIT = append(
    "eak_PLUGIN/views.py",
    """
from eak_core.events import committed

KEPT = []


def keep(session, **_):
    KEPT.extend([] for _time in range(5))


committed.connect(keep)


def undo():
    committed.disconnect(keep)
""",
)
BEHIND_THE_LOG = append(
    "eak_PLUGIN/views.py",
    """
import sqlalchemy as sa

from eak_core.ideas.models import StageChange

COUNT = (
    "INSERT INTO plugin_counter (service_id, plugin, name, subject, value)"
    " VALUES (1, 'PLUGIN', 'moves', 'move:' || :id, 1)"
)


def note(mapper, connection, change):
    connection.execute(sa.text(COUNT), {"id": change.id})


sa.event.listen(StageChange, "after_insert", note)


def undo():
    sa.event.remove(StageChange, "after_insert", note)
""",
)
INDEX = "eak_PLUGIN/templates/PLUGIN/index.html"
ASIDE = "eak_PLUGIN/templates/PLUGIN/aside.html"

BAD: dict[str, tuple[Mistake, Check, str]] = {
    "trespasser": (
        before_every_request('"/PLUGIN" in request.path and abort(403)'),
        gate.check_off_is_not_found,
        "answers 403 FORBIDDEN to the visitor while “trespasser” is off in /culture/, and 404",
    ),
    "lookalike": (
        after_every_request('"/PLUGIN" in request.path'),
        gate.check_off_is_not_found,
        "gives another 404 than the core's",
    ),
    "showy": (
        after_every_request("response.status_code == 200"),
        gate.check_off_leaves_no_byte,
        "differs between “showy” off and was never on and never installed: there is",
    ),
    "elsewhere": (
        before_every_request('request.path.startswith("/routes/PLUGIN") and abort(403)'),
        gate.check_invisible_elsewhere,
        "answers 403 FORBIDDEN to the visitor while “elsewhere” is off in /routes/",
    ),
    "listener": (
        AT_EVERY_SIGNAL,
        gate.check_listens_to_no_signal,
        "eak_listener.views of “listener” listens to the signal request-started",
    ),
    "hoards": (AT_EVERY_COMMIT, gate.check_switching_leaves_nothing, "more objects are alive"),
    "live_only": (
        on_submission('ctx.replaying or count(ctx, "ideas")'),
        histories.check_early_is_late_is_rebuilt,
        "does not know what it knew when it was on from the start",
    ),
    "clock_reader": (
        on_submission(
            "from eak_core.api import clock; count(ctx, f'at_{clock.now().minute}')"
        ),
        histories.check_early_is_late_is_rebuilt,
        "does not know what it knew when it was on from the start",
    ),
    "raising": (
        on_submission('raise ValueError("not today")'),
        histories.check_early_is_late_is_rebuilt,
        "A handler of “raising” raises",
    ),
    "loud": (
        on_submission(
            'ctx.send("mail", {"to": "a@example.org", "subject": "S", "text": "T"},'
            " even_in_replay=True)"
        ),
        histories.check_nothing_leaves_in_replay,
        "when it catches up with what happened before it was on",
    ),
    "behind_log": (
        BEHIND_THE_LOG,
        histories.check_off_handles_nothing,
        "stored something while it was off",
    ),
    "no_reset": (
        replace("eak_PLUGIN/plugin.py", "@hookimpl\ndef reset_projections", "def _nothing"),
        declared.check_hooks_are_answered,
        "does not answer the hook reset_projections",
    ),
    "no_column": (
        append("eak_PLUGIN/models.py", "    note: Mapped[str | None]\n"),
        tables.check_migrations_make_the_models,
        "add_column no_column_mark",
    ),
    "no_migration": (
        remove("eak_PLUGIN/migrations/versions/0001_marks.py"),
        tables.check_migrations_make_the_models,
        "has tables (no_migration_mark) and no folder migrations/versions",
    ),
    "bad_hook": (
        replace("eak_PLUGIN/plugin.py", "return [NavItem", "raise ValueError\n    return [NavItem"),
        contents.check_pages_answer,
        "A hook of “bad_hook” raises: Traceback",
    ),
    "bad_page": (
        replace("eak_PLUGIN/views.py", "    check_visible(g", "    1 / 0\n    check_visible(g"),
        contents.check_pages_answer,
        "/culture/bad-page/ fails for the visitor",
    ),
    "mute": (
        append(ASIDE, '<form><input name="clap"></form>'),
        contents.check_controls_are_labelled,
        "<input name='clap'> has no label",
    ),
    "mute_page": (
        replace(INDEX, "<h1>", '<input name="q"><h1>'),
        contents.check_controls_are_labelled,
        "/culture/mute-page/, shown to the visitor: <input name='q'> has no label",
    ),
    "styled": (
        append(ASIDE, '<p style="color: red">Red</p>'),
        contents.check_nothing_is_inline,
        "has <p style=…>",
    ),
    "unescaped": (
        append(ASIDE, "{{ idea.title|safe }}"),
        contents.check_texts_are_escaped,
        "has a text that is not escaped",
    ),
    "english": (
        append("eak_PLUGIN/forms.py", '\nEXTRA = _l("Not said in French")\n'),
        declared.check_texts_are_translated,
        "“Not said in French” is not translated",
    ),
    "settled": (
        replace("eak_PLUGIN/forms.py", "default=10", "default=1000"),
        declared.check_settings_are_sane,
        "do not pass the checks of its settings form",
    ),
    "clings": (
        replace("eak_PLUGIN/plugin.py", "    marks.erase_person(session, person_id)", "    return"),
        personal.check_personal_data,
        "After the erasure of a person, clings_mark of “clings” still names them",
    ),
    "secretive": (
        replace("eak_PLUGIN/plugin.py", "marks.export_person(session, person_id)", "{}"),
        personal.check_personal_data,
        "export_person gives them nothing",
    ),
    "silent": (
        replace("eak_PLUGIN/plugin.py", "@hookimpl\ndef export_person", "def _copy"),
        personal.check_personal_data,
        "does not answer the hook export_person",
    ),
}  # fmt: skip


def act(name: str) -> Callable[[Site, Random], None]:
    """The citizen marks an idea."""
    marks = importlib.import_module(f"eak_{name}.marks")

    def mark(site: Site, dice: Random) -> None:
        actor = site.people.actor(site.people.citizen)
        with site.writing() as session:
            idea = any_idea(session, site, dice)
            if idea is not None:
                marks.mark(session, actor, site.service, idea.id)

    return mark


@pytest.fixture
def on_trial(sites: Sites, tmp_path: Path) -> Iterator[Callable[..., Trial]]:
    """Puts a plugin on trial that was written with mistakes in it."""
    made: list[str] = []
    before = list(sys.path)

    def put(name: str, *mistakes: Mistake) -> Trial:
        sys.path.insert(0, str(write(name, tmp_path, *mistakes)))
        made.append(name)
        return Trial(name, sites, [f"eak_{name}.plugin"], [act(name)])

    yield put
    sys.path[:] = before
    for name in made:
        views = sys.modules.get(f"eak_{name}.views")
        if views is not None and hasattr(views, "undo"):
            views.undo()


@pytest.mark.parametrize("name", BAD)
def test_a_bad_plugin_fails_the_test_it_deserves(name: str, on_trial: Callable[..., Trial]) -> None:
    mistake, check, sentence = BAD[name]
    with pytest.raises(AssertionError) as failure:
        check(on_trial(name, mistake))
    assert sentence in " ".join(str(failure.value).split())


def test_a_plugin_that_is_not_installed_is_told_so(sites: Sites) -> None:
    with pytest.raises(AssertionError, match="No plugin “nowhere” is installed"):
        Trial("nowhere", sites, []).site()


def test_a_plugin_that_cannot_be_loaded_is_told_why(on_trial: Callable[..., Trial]) -> None:
    trial = on_trial("hookless", replace("eak_PLUGIN/plugin.py", "def nav_items", "def nav_item"))
    with pytest.raises(AssertionError, match="is “nav_items” meant"):
        trial.site()


def test_an_event_without_its_golden_file_is_told(on_trial: Callable[..., Trial]) -> None:
    trial = on_trial("ungolden", remove("tests/golden/PLUGIN.marked.v1.json"))
    folder = Path(trial.found.module.__file__ or "").parents[1]  # type: ignore[union-attr]
    with pytest.raises(AssertionError, match=r"ungolden\.marked version 1 has no golden file"):
        declared.check_golden_files(trial, folder / "tests" / "golden")


def test_every_check_is_among_the_tests_that_plugins_inherit() -> None:
    called = {
        name
        for test in vars(PluginConformance).values()
        for name in getattr(getattr(test, "__code__", None), "co_names", ())
    }
    checks = {
        name
        for module in (contents, declared, gate, histories, personal, tables)
        for name in vars(module)
        if name.startswith("check_")
    }
    assert checks <= called
