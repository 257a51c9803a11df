"""What ``eak doctor`` looks at for the safety of an instance: who can read its files, whether its
settings are those of a public site, and whether a package has a fault that is known."""

import glob
import json
import stat
import zipfile
from collections.abc import Iterator
from importlib import metadata
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from eak_core.errors import Misconfigured

if TYPE_CHECKING:
    from eak_core.config import Config

#: A key made by EAK has 64 characters; a shorter one, or one of few letters, was typed by hand.
SHORTEST_KEY = 32
FEWEST_LETTERS = 12
#: What of an instance nobody else may read. Themes are for everybody to see, by their nature.
PRIVATE = (
    "eak.toml",
    "secret_key",
    "*.sqlite*",
    "*.backup",
    "secrets",
    "secrets/**/*",
    "mail",
    "mail/*.eml",
    "security",
    "security/*.jsonl",
)

#: About what, whether it is well, and the sentence.
Look = tuple[str, bool, str]


def look(config: "Config") -> Iterator[Look]:
    """One answer for each thing that makes an instance safe or not."""
    yield _modes(config)
    yield _key(config)
    yield _demo(config)
    yield _https(config)
    yield _limits(config)


def _modes(config: "Config") -> Look:
    folder, database = config.instance, config.sqlite_path
    private = {folder, *(file for pattern in PRIVATE for file in folder.glob(pattern))}
    if database is not None:
        private.update(database.parent.glob(f"{glob.escape(database.name)}*"))
    wide = sorted(file for file in private if _is_wide(file))
    if not wide:
        return "modes", True, f"Nobody else on this machine can read {folder}."
    named = ", ".join(str(file) for file in wide[:3])
    more = f" and {len(wide) - 3} more" if len(wide) > 3 else ""
    sentence = f"Other accounts of this machine can read {named}{more}: chmod -R go= mends it."
    return "modes", False, sentence


def _is_wide(file: Path) -> bool:
    try:
        return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
    except FileNotFoundError:  # a lock or a log that came and went
        return False


def _key(config: "Config") -> Look:
    key = config.secret_key
    strong = len(key) >= SHORTEST_KEY and len(set(key)) >= FEWEST_LETTERS
    if strong:
        return "key", True, "The secret key is long and random enough."
    return (
        "key",
        False,
        "The secret key is weak, and whoever guesses it signs in as anybody: let EAK make one.",
    )


def _demo(config: "Config") -> Look:
    if not config.demo:
        return "demo", True, "This is no demonstration."
    return (
        "demo",
        False,
        "This is a demonstration (demo = true): its passwords are shown to everybody.",
    )


def _https(config: "Config") -> Look:
    address = urlsplit(config.base_url)
    if address.scheme == "https":
        return "https", True, f"{config.base_url} is encrypted."
    if _is_here(address.hostname or ""):
        return "https", True, f"{config.base_url} is for this machine alone."
    return (
        "https",
        False,
        f"{config.base_url} is not encrypted: put a proxy with HTTPS in front of the site.",
    )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _limits(config: "Config") -> Look:
    if config.rate_limits:
        return "limits", True, "Attempts are counted."
    return "limits", False, "rate_limits is off: passwords and codes can be guessed without end."


def known_faults(file: Path) -> Iterator[Look]:
    """What ``file`` says of the packages installed here. `Misconfigured` where it is no such list.

    It is in the format of OSV (ossf.github.io/osv-schema), as osv.dev gives it away for PyPI: one
    record, a list of them, or a zip with a file for each. Nothing is asked of the network.
    """
    installed = {
        _plain(found.metadata["Name"]): found.version for found in metadata.distributions()
    }
    found = [
        (name, installed[name], record)
        for record in _records(file)
        for name in sorted(_affected(record, installed))
    ]
    for name, version, record in found:
        said = " ".join(str(record.get("summary") or record.get("details") or "")[:200].split())
        sentence = f"{name} {version} has a known fault, {record.get('id')}: {said}"
        yield "packages", False, sentence.rstrip(": ")
    if not found:
        yield "packages", True, f"No package installed here is in {file}."


def _records(file: Path) -> Iterator[dict[str, Any]]:
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    yield json.loads(archive.read(name))
            return
        records = json.loads(file.read_text(encoding="utf-8"))
        yield from records if isinstance(records, list) else [records]
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise Misconfigured(f"{file} is no list of known faults (OSV): {error}") from error


def _affected(record: dict[str, Any], installed: dict[str, str]) -> Iterator[str]:
    if record.get("withdrawn"):
        return
    for each in record.get("affected", ()):
        package = each.get("package", {})
        name = _plain(str(package.get("name", "")))
        version = installed.get(name)
        if package.get("ecosystem") == "PyPI" and version is not None and _is_in(version, each):
            yield name


def _is_in(version: str, affected: dict[str, Any]) -> bool:
    return version in affected.get("versions", ()) or any(
        _within(version, each.get("events", ()))
        for each in affected.get("ranges", ())
        if each.get("type") == "ECOSYSTEM"
    )


def _within(text: str, events: list[dict[str, str]]) -> bool:
    """Whether a version lies within a range that OSV writes as a series of events."""
    from packaging.version import InvalidVersion, Version

    inside = False
    try:
        version = Version(text)
        for event in events:
            for kind, at in event.items():
                limit = Version("0") if at == "0" else Version(at)
                if kind == "introduced" and version >= limit:
                    inside = True
                elif (kind == "fixed" and version >= limit) or (
                    kind == "last_affected" and version > limit
                ):
                    inside = False
    except InvalidVersion:
        return False
    return inside


def _plain(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
