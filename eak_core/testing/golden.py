"""``python -m eak_core.testing.golden FOLDER`` writes the golden files of the core's events that
have none yet; a test tells when one is missing."""

import sys
from pathlib import Path

import eak_core.app  # noqa: F401  # every room's events are declared when it is imported
from eak_core.events import CORE, EventRegistry
from eak_core.events.golden import write_missing

if __name__ == "__main__":
    for _written in write_missing(EventRegistry([CORE]), CORE.name, Path(sys.argv[1])):
        sys.stdout.write(f"{_written}\n")
