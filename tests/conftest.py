"""What every test of this tree may ask for comes from the kit that plugin authors get.

`eak_core.kit.testing` is loaded by ``addopts`` in pyproject.toml, like in a plugin of one's own.
"""

import gc

from hypothesis import settings

# A busy machine is no failure: what must be fast is measured by `make bench`.
settings.register_profile("eak", deadline=None)
settings.load_profile("eak")


def pytest_collection_finish() -> None:
    """Let the collector pass over what is loaded for good: walking it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
