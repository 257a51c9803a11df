"""An experiment as a file that other sites take in: what stands in it, in which version. Pure."""

from datetime import date
from typing import Any

import msgspec

from eak_experiments.protocol.closing import Closing
from eak_experiments.protocol.document import Protocol
from eak_experiments.protocol.kit import Kit

#: The version of the file. A file of an earlier one is brought to it by `UPGRADES`.
SCHEMA = 2
FORMAT = "eak-experiment"


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """A later version of the protocol, with its day and its public reason."""

    version: int
    day: date
    reason: str
    protocol: Protocol


class ExportedMeasure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A figure of a hypothesis. value is a decimal number as text; arm is trial or comparison; size
    is of how many people or sites."""

    hypothesis: str
    day: date
    value: str
    arm: str = "trial"
    size: int | None = None
    note: str = ""


class ExportedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An open entry of the logbook."""

    kind: str
    day: date
    text: str


class ExportedStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened: fixed, started, reviewed, extended, suspended, resumed, ended,
    closed."""

    kind: str
    day: date
    reason: str = ""
    until: date | None = None


class ExperimentFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An experiment of an EAK site, with what it taught; Licence Ouverte 2.0. id names it for ever:
    the address of its site and its number there. hashes are the SHA-256 of the protocol's versions,
    in order."""

    format: str
    schema: int
    id: str
    url: str
    site: str
    stage: str
    protocol: Protocol
    hashes: tuple[str, ...] = ()
    started_on: date | None = None
    ends_on: date | None = None
    amendments: tuple[Amendment, ...] = ()
    measures: tuple[ExportedMeasure, ...] = ()
    logbook: tuple[ExportedEntry, ...] = ()
    steps: tuple[ExportedStep, ...] = ()
    closing: Closing | None = None
    closed_on: date | None = None
    evidence: int | None = None
    kit: Kit | None = None
    origin: str = ""
    fidelity: int | None = None
    adaptations: str = ""
    licence: str = "etalab-2.0"


class NoExperiment(ValueError):
    """What was given is no file of an experiment; says what is wrong."""


_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")


def written(record: ExperimentFile) -> bytes:
    """``record`` as JSON, the same bytes for the same experiment."""
    return msgspec.json.format(_encoder.encode(record), indent=2) + b"\n"


def _from_1(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 1 called the steps ``history``, and had no hashes."""
    steps = fields.pop("history", ())
    return {**fields, "schema": 2, "steps": steps}


UPGRADES = {1: _from_1}


def read(content: bytes) -> ExperimentFile:
    """The experiment in ``content``, of this version or an earlier one. `NoExperiment` if none."""
    try:
        fields = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoExperiment(f"This is no JSON: {error}.") from None
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise NoExperiment("This is no export of an experiment: its “format” is another one.")
    version = fields.get("schema")
    if not isinstance(version, int) or not 1 <= version <= SCHEMA:
        raise NoExperiment(f"Its schema is {version}; this site reads 1 to {SCHEMA}.")
    while version < SCHEMA:
        fields = UPGRADES[version](fields)
        version += 1
    try:
        return msgspec.convert(fields, ExperimentFile)
    except msgspec.ValidationError as error:
        raise NoExperiment(f"Something in it cannot be: {error}.") from None
