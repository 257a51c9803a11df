"""What every test of this tree may ask for comes from the kit that plugin authors get.

`eak_core.testing` is loaded by ``addopts`` in pyproject.toml, like in a plugin of one's own.
"""

from hypothesis import settings

# A busy machine is no failure: what must be fast is measured by `make bench`.
settings.register_profile("eak", deadline=None)
settings.load_profile("eak")
