"""What is issued, held against the schema that 1EdTech publishes of a badge.

Its licence lets nobody hand it on, so it is in no file of this project, nor of a package that is
installed. Whoever has it names it: ``OPEN_BADGES_SCHEMA=FILE``, with ``jsonschema`` installed. It
is published at
https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json
and in the source distribution of openbadgeslib (``tests/fixtures/ob_schemas``)."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from eak_ambassadors.badges import jwt
from eak_core.kit.testing.site import Site
from tests.plugins.ambassadors.process import Process

#: As it was published on 4 July 2026.
DIGEST = "b7358e895f492e74055dc6bfc7ffc420d0e497f90c4579fb83d9519b86d393ea"
SCHEMA = os.environ.get("OPEN_BADGES_SCHEMA")


@pytest.mark.skipif(not SCHEMA, reason="OPEN_BADGES_SCHEMA names no file")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_published_schema_accepts_what_is_issued_and_nothing_less(site: Site) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    text = Path(SCHEMA or "").read_bytes()
    assert sha256(text).hexdigest() == DIGEST
    held = jsonschema.Draft201909Validator(json.loads(text))
    process = Process(site)
    process.recognised()
    badge = process.badge(1)
    for said in (json.loads(badge.document), jwt.read(badge.token).payload):
        assert [each.message for each in held.iter_errors(said)] == []
        for name in ("issuer", "type", "credentialSubject", "validFrom"):
            lacking = {key: value for key, value in said.items() if key != name}
            assert list(held.iter_errors(lacking)) != []
