"""``python -m eak_core.kit.reference FOLDER [--check] [PLUGIN …]``: writes the reference, or says
which pages of it are not what the code says, and exits with 1. Of the plugins named, events are in
it."""

import sys
from pathlib import Path

from eak_core.kit.reference import differences, write
from eak_core.kit.reference.installed import event_types


def main(arguments: list[str]) -> int:
    """What the module runs; answers the exit code."""
    checking = "--check" in arguments
    folder, *plugins = [each for each in arguments if each != "--check"]
    types = event_types(plugins)
    if not checking:
        write(Path(folder), types)
        return 0
    for name in differences(Path(folder), types):
        sys.stderr.write(f"{folder}/{name} is not what the code says: run `make reference`.\n")
        checking = False
    return 0 if checking else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
