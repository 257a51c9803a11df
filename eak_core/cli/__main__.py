"""``python -m eak_core.cli``: the command where its script is not on the path."""

from eak_core.cli import main

main()
