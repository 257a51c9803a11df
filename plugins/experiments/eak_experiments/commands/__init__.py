"""``eak experiments``: experiments on the command line."""

from eak_experiments.commands.files import export_experiment, import_experiment
from eak_experiments.commands.lists import list_experiments
from eak_experiments.commands.past import import_past

COMMANDS = [import_experiment, export_experiment, list_experiments, import_past]
