"""What every test may ask for. Most of it is the kit that plugin authors get."""

import pytest

from eak_core.testing.databases import Databases, Kind


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Databases:
    base = tmp_path_factory.getbasetemp()
    return Databases((base if worker_id == "master" else base.parent) / "databases")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Kind:
    """The kind of database: every test that asks for it runs on both."""
    kind: Kind = request.param
    return kind
