"""The tests that every plugin passes.

::

    class TestDiscussion(PluginConformance):
        plugin = "discussion"
        acts = (comment, answer)

Each test fails with a sentence that says what to change. The numbers in front are those of the
list of traps that the platform's own tests prove too.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest

from eak_core import clock
from eak_core.kit.testing.conformance import (
    answers,
    company,
    contents,
    declared,
    freshness,
    gate,
    histories,
    managing,
    personal,
    purging,
    replays,
    switching,
    tables,
)
from eak_core.kit.testing.conformance.histories import START
from eak_core.kit.testing.conformance.trial import Act, Stage, Trial
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.filled import Chosen
from eak_core.kit.testing.migrated import Plugins
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.plugins.loading.candidates import from_entry_points
from eak_core.plugins.loading.host import PluginHost

__all__ = ["Act", "CompanyConformance", "PluginConformance", "Trial"]

#: Tables, handlers and locks are proved on both databases; what pages say, on the quicker one.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"])


class Stages:
    """What the tests of one class share: one stage for each kind of database."""

    def __init__(self, pool: Pool, folder: Path) -> None:
        self._pool, self._folder = pool, folder
        self._stages: dict[Kind, Stage] = {}
        self.open = ExitStack()

    def stage(self, kind: Kind) -> Stage:
        """The stage on this kind of database."""
        if kind not in self._stages:
            sites = Sites(self._pool, kind, self._folder / kind)
            self._stages[kind] = Stage(self.open.enter_context(sites))
        return self._stages[kind]


class Conformance:
    """What conformance tests are told of a plugin, and how it is put on trial."""

    plugin: ClassVar[str]
    acts: ClassVar[Sequence[Act]] = ()
    beside: ClassVar[Sequence[str]] = ()
    rows: ClassVar[Chosen] = {}

    def pages(self, site: Site) -> Iterable[str]:
        """Addresses, beyond those that links lead to, on a site where ``acts`` have happened."""
        return ()

    def state(self, site: Site) -> Any:
        """What histories are compared by; None for all that the plugin has stored. A plugin whose
        rows hold what is drawn at random says here what must be the same."""
        return None

    def company(self) -> Sequence[str]:
        """The plugins that are on with it, beside those that it requires."""
        return self.beside

    @pytest.fixture(scope="class")
    @classmethod
    def stages(cls, pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
        """What the tests of this class share."""
        shared = Stages(pool, tmp_path_factory.mktemp("scenes"))
        with shared.open:
            yield shared

    @pytest.fixture
    def trial(self, sites: Sites, plugins: Plugins, stages: Stages) -> Iterator[Trial]:
        """The plugin on trial, in a time that stands until acts move it."""
        acts = [getattr(act, "__func__", act) for act in type(self).acts]
        trial = Trial(
            self.plugin,
            sites,
            plugins,
            acts,
            self.pages,
            self.state,
            self.company(),
            stage=stages.stage(sites.kind),
            rows=self.rows,
        )
        sys.stdout.write(f"CONFORMANCE_SEED={trial.seed} brings the same again.\n")
        # What happens beside a life happens at its beginning, and never at the machine's own time.
        with clock.freeze(START):
            yield trial


class PluginConformance(Conformance):
    """Inherit from this, and say which ``plugin``.

    ``acts`` are what people do with the plugin while it is on, as functions of a `Site` and a
    `random.Random`: the tests make histories of them, and all that the plugin declares must happen
    in them. An act may answer how much time passes after it. ``beside`` names plugins that are on
    meanwhile because this one reacts to them. ``pages`` gives addresses of the plugin's pages that
    no link leads to. ``golden`` is the folder of golden files, by default ``golden`` beside the
    test's module. ``rows`` gives values, by table and column, for the rows that upgrades are tried
    on, where not every value will do.

    What is left to chance is the same again with the seed that a failure prints, in the variable
    CONFORMANCE_SEED.
    """

    golden: ClassVar[Path | None] = None

    @on_sqlite
    def test_it_can_be_switched_on_and_off(self, trial: Trial) -> None:
        switching.check_it_can_be_switched(trial)

    @on_sqlite
    def test_off_means_not_found(self, trial: Trial) -> None:
        gate.check_off_is_not_found(trial)

    @on_sqlite
    def test_it_listens_to_no_signal(self, trial: Trial) -> None:
        gate.check_listens_to_no_signal(trial)

    @on_sqlite
    def test_off_leaves_no_byte_in_any_page(self, trial: Trial) -> None:
        gate.check_off_leaves_no_byte(trial)

    @on_sqlite
    def test_on_in_one_service_is_invisible_in_another(self, trial: Trial) -> None:
        gate.check_invisible_elsewhere(trial)

    @on_sqlite
    def test_switching_leaves_nothing_behind(self, trial: Trial) -> None:
        switching.check_switching_leaves_nothing(trial)

    def test_what_it_declares_happens(self, trial: Trial) -> None:
        declared.check_what_is_declared_happens(trial)

    def test_early_is_late_is_rebuilt(self, trial: Trial) -> None:
        histories.check_early_is_late_is_rebuilt(trial)

    @on_sqlite
    def test_nothing_leaves_in_a_replay(self, trial: Trial) -> None:
        replays.check_nothing_leaves_in_replay(trial)

    def test_off_it_handles_nothing_and_purged_it_begins_anew(self, trial: Trial) -> None:
        purging.check_off_and_purged(trial)

    @on_sqlite
    def test_it_can_be_built_anew(self, trial: Trial) -> None:
        declared.check_it_can_be_built_anew(trial)

    def test_migrations_make_what_the_models_say(self, trial: Trial) -> None:
        tables.check_migrations_make_the_models(trial)

    def test_upgrades_keep_what_is_there(self, trial: Trial) -> None:
        tables.check_migrations_keep_what_is_there(trial)

    def test_the_core_upgrades_without_it(self, trial: Trial) -> None:
        tables.check_core_upgrades_without_it(trial)

    def test_two_processes_may_migrate_at_once(self, trial: Trial) -> None:
        tables.check_two_processes_may_migrate(trial)

    def test_its_pages_answer_everybody(self, trial: Trial) -> None:
        contents.check_pages_answer(trial)

    @on_sqlite
    def test_managers_pages_are_closed_to_others(self, trial: Trial) -> None:
        managing.check_managing_is_closed(trial)

    @on_sqlite
    def test_nothing_is_written_without_a_token(self, trial: Trial) -> None:
        managing.check_nothing_is_written_without_a_token(trial)

    @on_sqlite
    def test_its_pages_change_with_events_alone(self, trial: Trial) -> None:
        freshness.check_pages_change_with_events(trial)

    @on_sqlite
    def test_its_hooks_answer_in_shape(self, trial: Trial) -> None:
        answers.check_hooks_answer_in_shape(trial)
        answers.check_columns_are_declared(trial)

    @on_sqlite
    def test_every_control_has_a_label(self, trial: Trial) -> None:
        contents.check_controls_are_labelled(trial)

    @on_sqlite
    def test_no_style_and_no_script_is_inline(self, trial: Trial) -> None:
        contents.check_nothing_is_inline(trial)

    @on_sqlite
    def test_what_people_typed_is_escaped(self, trial: Trial) -> None:
        contents.check_texts_are_escaped(trial)

    @on_sqlite
    def test_every_text_is_translated(self, trial: Trial) -> None:
        declared.check_texts_are_translated(trial)

    @on_sqlite
    def test_settings_are_sane(self, trial: Trial) -> None:
        declared.check_settings_are_sane(trial)

    def test_personal_data_is_exported_and_erased(self, trial: Trial) -> None:
        personal.check_personal_data(trial)

    @on_sqlite
    def test_released_events_have_golden_files(self, trial: Trial) -> None:
        declared.check_golden_files(trial, self.golden or _beside(type(self)))


class CompanyConformance(Conformance):
    """Inherit from this beside `PluginConformance`, and say which ``plugin``: one history with
    every other plugin on that is installed.

    ``acts`` are a few of what people do with it, and ``others`` a few of what they do with other
    plugins, also before it is on; ``pages`` and ``state`` are as there.
    """

    others: ClassVar[Sequence[Act]] = ()

    @pytest.fixture
    def plugins(self) -> Plugins:
        """All that are installed, whatever the tests around load."""
        return None

    def company(self) -> Sequence[str]:
        """Every other plugin that is installed."""
        installed = PluginHost(from_entry_points()).installed
        return [name for name, each in installed.items() if each.loaded and name != self.plugin]

    @on_sqlite
    def test_it_is_the_same_in_company(self, trial: Trial) -> None:
        others = [getattr(act, "__func__", act) for act in type(self).others]
        company.check_company(trial, others)


def _beside(test: type[Any]) -> Path:
    return Path(inspect.getfile(test)).parent / "golden"
