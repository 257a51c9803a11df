"""What every test of this tree may ask for comes from the kit that plugin authors get.

`eak_core.testing` is loaded by ``addopts`` in pyproject.toml, like in a plugin of one's own.
"""
