"""What the plugin declares: its words, its settings, its events, what it imports."""

from pathlib import Path

import msgspec
from werkzeug.datastructures import MultiDict

from eak_core.events import CORE, EventRegistry
from eak_core.kit.catalogues import missing_translations
from eak_core.kit.golden import golden_problems
from eak_core.kit.testing.conformance.scene import scene_of
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.pages import Page
from eak_core.plugins.loading.fields import restored, schema
from eak_core.plugins.loading.host import get_host


def check_texts_are_translated(trial: Trial) -> None:
    """Everything the plugin says is said in French too."""
    folder = trial.found.folder
    if folder is None:
        return
    problems = missing_translations(folder)
    assert not problems, (
        f"{len(problems)} text(s) of “{trial.name}” are not in order in"
        f" translations/fr/LC_MESSAGES/messages.po: {problems[0]}"
    )


def check_settings_are_sane(trial: Trial) -> None:
    """The settings' defaults pass the form's own checks and come back from storage unchanged."""
    form_class = trial.manifest.settings
    if form_class is None:
        return
    site = scene_of(trial).site
    with site.app.test_request_context():
        known = schema(form_class)
    defaults = {name: setting.default for name, setting in known.items()}
    with site.app.test_request_context():
        shown = form_class(formdata=None, data=defaults, meta={"csrf": False})
        bare = [field.name for field in shown if not str(field.label.text).strip()]
        assert not bare, f"These settings of “{trial.name}” have no label: {', '.join(bare)}."
        page = Page("<form method=post>" + "".join(str(field()) for field in shown) + "</form>")
        typed = MultiDict[str, str](
            (name, each) for name, sent in page.form().filled({}).items() for each in sent
        )
        sent = form_class(typed, meta={"csrf": False})
        assert sent.validate(), (
            f"The defaults of “{trial.name}” do not pass the checks of its settings form:"
            f" {sent.errors}. Give each field a default that it accepts."
        )
    kept = msgspec.json.decode(msgspec.json.encode(defaults))
    back = {name: restored(setting, kept[name]) for name, setting in known.items()}
    assert back == defaults, (
        f"Settings of “{trial.name}” change when they are kept: {defaults} becomes {back}."
    )


def check_golden_files(trial: Trial, folder: Path) -> None:
    """Every released version of its events has a golden file, and all of them load."""
    problems = golden_problems(EventRegistry([CORE, trial.manifest]), trial.name, folder)
    assert not problems, problems[0]


def check_it_can_be_built_anew(trial: Trial) -> None:
    """What has handlers and tables of its own can be built anew."""
    with scene_of(trial).site.app.app_context():
        answered = trial.name in get_host().answering("reset_projections")
    needs = bool(trial.manifest.subscribers) and bool(trial.tables())
    assert answered or not needs, (
        f"“{trial.name}” has handlers and tables, and does not answer the hook reset_projections:"
        " without it, building anew would count everything twice."
    )


def check_what_is_declared_happens(trial: Trial) -> None:
    """Each act succeeds, each event happens, each handler runs, and none of them raises."""
    life, name = scene_of(trial).life, trial.name
    failures = life.failures()
    assert not failures, failures[0]
    acts, events, handlers, work = life.missing()
    assert not acts, (
        f"The act {acts[0]} of “{name}” is refused each time it is tried, so it proves nothing: let"
        " it prepare what it needs, or choose somebody who may."
    )
    assert not events, (
        f"The event {events[0]} of “{name}” never happens in what `acts` do: publish it where its"
        " fact becomes true, add an act that leads there, or remove its declaration."
    )
    assert not handlers, (
        f"The handler {handlers[0]} of “{name}” never runs in what `acts` do: add an act that leads"
        " to an event it claims, name in `beside` the plugin whose event it is, or remove it."
    )
    assert not work, (
        f"What “{work[0]}” of “{name}” does is never due in what `acts` do: add an act that"
        " schedules it, and let an act answer how much time passes until then."
    )
