"""Something that signs."""

from pathlib import Path

import pytest
from sqlalchemy import select

from eak_core.keys.models import SigningKey
from eak_core.keys.signing import Ring, Signer, rotate, signer
from eak_core.kit.testing.site import Site


class Signing:
    """What a plugin called “seal” signs in the service of the test."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ring = Ring(site.service.id, "seal", "deeds")

    def signer(self, name: str = "example.org/deeds") -> Signer:
        with self.site.app.app_context(), self.site.writing() as session:
            return signer(session, "seal", "deeds", self.ring.service_id, name)

    def rotate(self) -> None:
        with self.site.app.app_context(), self.site.writing() as session:
            rotate(session, self.ring)

    @property
    def keys(self) -> list[SigningKey]:
        with self.site.reading() as session:
            return list(session.scalars(select(SigningKey).order_by(SigningKey.number)))

    @property
    def files(self) -> list[str]:
        folder = self.folder / "seal"
        return sorted(each.name for each in folder.iterdir()) if folder.exists() else []

    @property
    def folder(self) -> Path:
        return Path(self.site.app.instance_path) / "secrets"


@pytest.fixture
def signing(site: Site) -> Signing:
    return Signing(site)
