"""Notices on a site without plugins."""

from typing import Any

import pytest


@pytest.fixture
def plugins() -> list[Any]:
    return []
