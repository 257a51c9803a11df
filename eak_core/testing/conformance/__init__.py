"""The tests that every plugin passes.

::

    class TestDiscussion(PluginConformance):
        plugin = "discussion"
        acts = (comment, answer)

Each test fails with a sentence that says what to change. The numbers in front are those of the
list of traps that the platform's own tests prove too.
"""

import inspect
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from eak_core.testing.conformance import contents, declared, gate, histories, personal, tables
from eak_core.testing.conformance.trial import Act, Trial
from eak_core.testing.migrated import Plugins
from eak_core.testing.site import Site
from eak_core.testing.sites import Sites

__all__ = ["Act", "PluginConformance", "Trial"]


class PluginConformance:
    """Inherit from this, and say which ``plugin``.

    ``acts`` are what people do with the plugin while it is on, as functions of a `Site` and a
    `random.Random`: the tests make histories of them. ``pages`` gives addresses of the plugin's
    pages that take arguments. ``golden`` is the folder of golden files, by default ``golden``
    beside the test's module.
    """

    plugin: ClassVar[str]
    acts: ClassVar[Sequence[Act]] = ()
    golden: ClassVar[Path | None] = None

    def pages(self, site: Site) -> Iterable[str]:
        """Addresses, beyond those without arguments, on a site where ``acts`` have happened."""
        return ()

    def state(self, site: Site) -> Any:
        """What histories are compared by; None for all that the plugin has stored. A plugin whose
        rows hold what is drawn at random says here what must be the same."""
        return None

    @pytest.fixture
    def trial(self, sites: Sites, plugins: Plugins) -> Trial:
        """The plugin on trial."""
        acts = [getattr(act, "__func__", act) for act in type(self).acts]
        return Trial(self.plugin, sites, plugins, acts, self.pages, self.state)

    def test_it_can_be_switched_on_and_off(self, trial: Trial) -> None:
        site = trial.site()
        with site.enabled(trial.name):
            assert trial.name in site.active()
        assert trial.name not in site.active()

    def test_off_means_not_found(self, trial: Trial) -> None:
        gate.check_off_is_not_found(trial)

    def test_it_listens_to_no_signal(self, trial: Trial) -> None:
        gate.check_listens_to_no_signal(trial)

    def test_off_leaves_no_byte_in_any_page(self, trial: Trial) -> None:
        gate.check_off_leaves_no_byte(trial)

    def test_on_in_one_service_is_invisible_in_another(self, trial: Trial) -> None:
        gate.check_invisible_elsewhere(trial)

    def test_switching_leaves_nothing_behind(self, trial: Trial) -> None:
        gate.check_switching_leaves_nothing(trial)

    def test_early_is_late_is_rebuilt(self, trial: Trial) -> None:
        histories.check_early_is_late_is_rebuilt(trial)

    def test_nothing_leaves_in_a_replay(self, trial: Trial) -> None:
        histories.check_nothing_leaves_in_replay(trial)

    def test_off_handles_nothing(self, trial: Trial) -> None:
        histories.check_off_handles_nothing(trial)

    def test_it_can_be_built_anew(self, trial: Trial) -> None:
        declared.check_hooks_are_answered(trial)

    def test_migrations_make_what_the_models_say(self, trial: Trial) -> None:
        tables.check_migrations_make_the_models(trial)

    def test_the_core_upgrades_without_it(self, trial: Trial) -> None:
        tables.check_core_upgrades_without_it(trial)

    def test_two_processes_may_migrate_at_once(self, trial: Trial) -> None:
        tables.check_two_processes_may_migrate(trial)

    def test_its_pages_answer_everybody(self, trial: Trial) -> None:
        contents.check_pages_answer(trial)

    def test_every_control_has_a_label(self, trial: Trial) -> None:
        contents.check_controls_are_labelled(trial)

    def test_no_style_and_no_script_is_inline(self, trial: Trial) -> None:
        contents.check_nothing_is_inline(trial)

    def test_what_people_typed_is_escaped(self, trial: Trial) -> None:
        contents.check_texts_are_escaped(trial)

    def test_every_text_is_translated(self, trial: Trial) -> None:
        declared.check_texts_are_translated(trial)

    def test_settings_are_sane(self, trial: Trial) -> None:
        declared.check_settings_are_sane(trial)

    def test_personal_data_is_exported_and_erased(self, trial: Trial) -> None:
        personal.check_personal_data(trial)

    def test_released_events_have_golden_files(self, trial: Trial) -> None:
        declared.check_golden_files(trial, self.golden or _beside(type(self)))


def _beside(test: type[Any]) -> Path:
    return Path(inspect.getfile(test)).parent / "golden"
