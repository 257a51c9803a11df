"""What every plugin keeps, kept by the ambassadors."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from sqlalchemy import select

from eak_ambassadors.meeting import asking
from eak_ambassadors.models import Ambassador, Badge, Request, Revocation
from eak_ambassadors.nominations import answering, endorsing
from eak_ambassadors.recognition import issuing, renewing, revoking, signing, terms
from eak_ambassadors.sittings import drawing
from eak_core.api import Service, Session, Signer
from eak_core.kit.testing.conformance import CompanyConformance, PluginConformance
from eak_core.kit.testing.site import Site
from tests.plugins.ambassadors.acts import (
    ACTS,
    ambassadors,
    answer,
    nominate,
    nominations,
    rule,
    sittings,
)
from tests.plugins.discussion.test_conformance import comment
from tests.plugins.voting.test_conformance import toggle_support


@pytest.fixture(autouse=True)
def same_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn at random is drawn alike in two lives that are compared."""
    monkeypatch.setattr(answering, "new_badge_id", lambda number: str(UUID(int=number)))
    monkeypatch.setattr(endorsing, "new_id", lambda number: str(UUID(int=number + 2**40)))
    monkeypatch.setattr(revoking, "new_badge_id", lambda number: str(UUID(int=number + 2**50)))
    monkeypatch.setattr(renewing, "new_badge_id", lambda of: str(uuid5(NAMESPACE_URL, of)))
    monkeypatch.setattr(issuing, "new_salt", lambda badge_id: badge_id)
    monkeypatch.setattr(issuing, "random_places", _places)
    monkeypatch.setattr(drawing, "new_secret", lambda number: f"{number:032x}")
    monkeypatch.setattr(
        drawing, "new_marks", lambda number, many: [f"{number:x}-{i:x}" for i in range(many)]
    )
    seed = b"\5" * 32
    real = signing._signer

    def same_key(session: Session, service: Service) -> Signer:
        found = real(session, service)
        return Signer(seed, "key", found.verifier_key)

    monkeypatch.setattr(signing, "_signer", same_key)


class TestAmbassadors(PluginConformance):
    plugin = "ambassadors"
    acts = ACTS

    def pages(self, site: Site) -> Iterable[str]:
        here, desk = "/culture/ambassadeurs", "/culture/gestion/ambassadeurs"
        yield from (f"{here}/{each}" for each in ("nommer", "nominations", "candidatures", "moi"))
        yield f"{here}/moi/portrait"
        yield from _about(here, desk, nominations(site))
        yield from (f"{here}/jurys/{each}" for each in sittings(site)[:1])
        yield from (f"{here}/jurys/{each}/pool.json" for each in sittings(site)[:1])
        yield from (f"{here}/{each}" for each in ambassadors(site)[-1:])
        with site.reading() as session:
            badges = session.scalars(select(Badge.id).order_by(Badge.id)).all()
            current = session.scalars(select(Ambassador.id).where(*terms.current(site.service.id)))
            current = current.all()
            requests = session.scalars(select(Request.id).order_by(Request.id)).all()
            answering = [each.id for each in asking.answering(session, site.service.id)]
            revocations = session.scalars(select(Revocation.id).order_by(Revocation.id)).all()
        yield from (f"{here}/revocations/{each}" for each in revocations[:1])
        yield from (f"{desk}/recours/{each}" for each in revocations[:1])
        yield f"{here}/verifier"
        yield f"{desk}/ambassadeurs"
        yield f"{desk}/preuves"
        yield f"{desk}/bilan"
        yield f"{here}/annuaire"
        yield from (f"{here}/annuaire/{each}/demander" for each in answering[:1])
        yield from (f"{here}/demandes/{each}" for each in requests[:1])
        yield from (f"{desk}/ambassadeurs/{each}/revoquer" for each in current[:1])
        for badge_id in badges[:1]:
            yield f"{here}/badges/{badge_id}"
            yield from (f"{here}/badges/{badge_id}/{each}" for each in ("image.svg", "qr.svg"))
            yield f"{here}/badges/{badge_id}/badge.json"
        yield from (f"{here}/{each}" for each in ("did.json", "emetteur.json", "statuts.jwt"))


class TestAmbassadorsInCompany(CompanyConformance):
    plugin = "ambassadors"
    acts = (rule, nominate, answer, rule)
    # What others record is evidence.
    others = (comment, toggle_support)

    def pages(self, site: Site) -> Iterable[str]:
        return TestAmbassadors().pages(site)


def _places(badge_id: str) -> Sequence[int]:
    return [UUID(badge_id).int % 1_000]


def _about(here: str, desk: str, ids: list[int]) -> Iterator[str]:
    for nomination_id in ids[:1]:
        yield f"{here}/nominations/{nomination_id}"
        for act in ("", "/soutenir", "/decider"):
            yield f"{here}/candidatures/{nomination_id}{act}"
        for act in ("jury", "tirage"):
            yield f"{desk}/candidatures/{nomination_id}/{act}"
