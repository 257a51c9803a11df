"""What every test of this tree may ask for comes from the kit that plugin authors get.

`eak_core.kit.testing` is loaded by ``addopts`` in pyproject.toml, like in a plugin of one's own.
"""

import gc
import resource
import time

import pytest
from hypothesis import settings

# A busy machine is no failure: what must be fast is measured by `make bench`.
settings.register_profile("eak", deadline=None)
settings.load_profile("eak")


def pytest_collection_finish() -> None:
    """Let the collector pass over what is loaded for good: walking it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the run cost, and how quick the machine is now: the same machine goes through the
    same loop in twice the time at another hour, so seconds of two days say little alone."""
    spent = sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    loop = min(_loop_seconds() for _ in range(5))
    terminalreporter.write_line(
        f"{spent:.0f} s of processor time without PostgreSQL and Chromium’s own processes;"
        f" a loop of a million steps takes {loop * 1000:.0f} ms here now."
    )


def _loop_seconds() -> float:
    started = time.process_time()
    number = 1
    for _ in range(1_000_000):
        number = (number * 5 + 1) & 0xFFFF
    return time.process_time() - started
