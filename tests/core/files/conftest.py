"""Who sends files."""

from typing import Any

import pytest

from eak_core.kit.testing.browser import Browser


@pytest.fixture
def author(client: Browser, people: Any, service: Any) -> Browser:
    """The browser of the citizen, signed in."""
    client.sign_in(people.citizen)
    return client
