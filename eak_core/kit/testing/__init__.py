"""The kit for tests of plugins: fixtures, and the conformance tests that every plugin passes.

In a plugin's ``pyproject.toml``::

    [tool.pytest.ini_options]
    addopts = ["-p", "eak_core.kit.testing"]

gives its tests the fixtures below, both databases, and no way to reach the network or send real
mail. See `PluginConformance` for the tests that come with them.
"""

import gc

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.conformance import Act, CompanyConformance, PluginConformance
from eak_core.kit.testing.conformance.acts import any_idea
from eak_core.kit.testing.fixtures import (
    administrator,
    agent,
    app,
    citizen,
    client,
    clock,
    database,
    databases,
    drain,
    enabled,
    idea,
    manager,
    people,
    plugins,
    pool,
    publish,
    query_count,
    replay,
    sent,
    service,
    session,
    sign_in,
    site,
    sites,
)
from eak_core.kit.testing.refusals import refusals
from eak_core.kit.testing.site import Sent, Site
from eak_core.kit.testing.uploads import Upload, a_document, a_picture


def pytest_collection_finish() -> None:
    """Let the collector pass over what is loaded for good: walking it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


__all__ = [
    "Act",
    "Browser",
    "CompanyConformance",
    "PluginConformance",
    "Sent",
    "Site",
    "Upload",
    "a_document",
    "a_picture",
    "administrator",
    "agent",
    "any_idea",
    "app",
    "citizen",
    "client",
    "clock",
    "database",
    "databases",
    "drain",
    "enabled",
    "idea",
    "manager",
    "people",
    "plugins",
    "pool",
    "publish",
    "query_count",
    "refusals",
    "replay",
    "sent",
    "service",
    "session",
    "sign_in",
    "site",
    "sites",
]
