"""The settings of an instance: ``eak.toml`` in its folder, then ``EAK_*`` in the environment.

A wrong key is refused by name and a wrong value with its file, because a setting that is
silently ignored is found out months later.
"""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints
from urllib.parse import SplitResult, quote, unquote, urlsplit

import msgspec

from eak_core.errors import Misconfigured
from eak_core.secret_files import kept_secret

ENV_PREFIX = "EAK_"
DATABASE_SCHEMES = frozenset({"sqlite", "postgresql"})
SHORTEST_SESSION = 300
MAIL_SCHEMES = frozenset({"smtp", "smtps"})
FILE_SCHEMES = frozenset({"s3", "s3+http"})
#: Bytes of a file: a form that brings one has little more (`eak_core.web.uploads`).
LARGEST_FILE = 64_000_000

# Read by the command line and by whoever starts the server, not settings of the site.
_NOT_SETTINGS = frozenset({"EAK_INSTANCE"})


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of the platform, checked. Durations are in seconds, sizes in bytes."""

    instance: Path
    """The folder that holds the settings, the database, the files and the keys."""
    secret_key: str
    """Signs sessions and links; generated once into ``<instance>/secret_key`` when not given."""
    database_url: str
    """``sqlite:///…`` or ``postgresql://…``."""
    site_name: str = "EAK"
    base_url: str = "http://127.0.0.1:8000"
    """Where readers find the site: the start of every address written in mail and feeds."""
    mail_url: str | None = None
    """``smtp://user:password@host:587`` or ``smtps://…``; None writes files to ``mail/``."""
    mail_sender: str = "EAK <ne-pas-repondre@localhost>"
    mail_bounces: str = ""
    """Where servers on the way return what they could not deliver; `mail_sender` where empty."""
    mail_dkim: tuple[str, ...] = ()
    """Keys that sign mail for the domain of `mail_sender`, as ``selector:file`` in PEM, RSA or
    Ed25519; files are looked for in the instance folder."""
    files_url: str | None = None
    """``s3://key:secret@host/bucket/prefix?region=fr-par``, a store that speaks S3, or ``s3+http``
    where it is reached without TLS; None keeps files in ``files/``."""
    largest_picture: int = 15_000_000
    """Bytes of a picture as it is sent."""
    largest_document: int = 10_000_000
    """Bytes of a PDF document."""
    files_per_person: int = 200_000_000
    """Bytes of all that one person has attached, in all services, as it is kept."""
    files_per_service: int = 20_000_000_000
    """Bytes of all that is attached in one service."""
    agent_domains: tuple[str, ...] = ()
    """E-mail domains of the administration: a confirmed address there makes an agent."""
    default_theme: str = "jardin"
    safe_mode: bool = False
    """Start without any plugin, to repair a site that a plugin keeps from starting."""
    rate_limits: bool = True
    rate_limit_storage: str = "memory://"
    """Where attempts are counted; several processes need one store (``redis://…``)."""
    session_idle: int = 12 * 3600
    """How long a session lasts that nobody uses: a working day, as long as a form can be sent."""
    session_lifetime: int = 7 * 24 * 3600
    """How long a session lasts at most: then everybody signs in again."""
    second_factor_required: bool = True
    """Give managers and administrators their rights only once they have set up a second factor."""
    security_log_days: int = 180
    """For how many days the log of security is kept."""
    account_warned_months: int = 24
    """After so many months without a sign-in somebody is told that their account will be erased."""
    account_erased_months: int = 36
    """After so many months without a sign-in, and once they were told, it is erased."""
    demo: bool = False
    """A demonstration: the sign-ins are shown to everybody."""
    trusted_proxies: int = 0
    """How many proxies in front may say where a request came from."""
    publisher: str = ""
    """Who answers for the site, for the legal notice: the name of the département."""
    publisher_address: str = ""
    publication_director: str = ""
    hosting: str = ""
    """Who hosts the site: name, address and telephone, as the law asks."""
    contact_email: str = ""
    """Where readers write, about accessibility too."""
    data_protection_email: str = ""
    """The data protection officer."""

    @property
    def mail_folder(self) -> Path:
        """Where mail goes as files when ``mail_url`` is not set."""
        return self.instance / "mail"

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None on PostgreSQL and for a database in memory."""
        prefix, separator, path = self.database_url.partition("///")
        if not separator or not prefix.startswith("sqlite") or path in {"", ":memory:"}:
            return None
        return Path(unquote(path))


def sqlite_url(file: Path) -> str:
    """The ``database_url`` of a SQLite file. In an address ``?``, ``#`` and ``%`` mean something
    else than in a path."""
    return f"sqlite:///{quote(str(file))}"


def load(instance: Path, **overrides: Any) -> Config:
    """The settings of ``instance``, with ``overrides`` (from the command line) above all.

    Raises Misconfigured naming the setting and where it stands. Makes the folder when it
    is missing, and the secret key when there is none yet.
    """
    instance = instance.expanduser().absolute()
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for source, given in (*_sources(instance), ("the call", overrides)):
        for name, value in given.items():
            values[name] = value
            origin[name] = source
    _refuse_unknown(values, origin)
    values["instance"] = instance
    _make_folder(instance)
    if not values.get("secret_key"):
        values["secret_key"] = kept_secret(
            instance / "secret_key", lambda: secrets.token_urlsafe(48)
        )
        origin["secret_key"] = str(instance / "secret_key")
    values.setdefault("database_url", sqlite_url(instance / "eak.sqlite"))
    return _checked(values, origin)


def _sources(instance: Path) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    file = instance / "eak.toml"
    return ((str(file), _from_file(file)), ("the environment", _from_environment(os.environ)))


def _from_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{file} cannot be read: {_reason(error)}.") from error
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{file} is not valid TOML: {error}.") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Settings from ``EAK_*``; words become booleans, numbers and lists where asked for."""
    hints = get_type_hints(Config)
    found: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(ENV_PREFIX) or variable in _NOT_SETTINGS:
            continue
        name = variable.removeprefix(ENV_PREFIX).lower()
        kind = hints.get(name)
        if text == "" and kind is not None and type(None) in get_args(kind):
            found[name] = None
        elif kind == tuple[str, ...]:
            found[name] = tuple(part.strip() for part in text.split(",") if part.strip())
        elif kind in {bool, int}:
            found[name] = _from_words(variable, text, kind)
        else:
            found[name] = text
    return found


def _from_words(variable: str, text: str, kind: type) -> Any:
    try:
        return msgspec.convert(text.strip().lower(), kind, strict=False)
    except msgspec.ValidationError as error:
        expected = "true or false" if kind is bool else "a whole number"
        raise Misconfigured(f"{variable} must be {expected}, not “{text}”.") from error


def _refuse_unknown(values: Mapping[str, Any], origin: Mapping[str, str]) -> None:
    known = set(Config.__struct_fields__) - {"instance"}
    for name in sorted(set(values) - known):
        said = name if origin[name] != "the environment" else f"{ENV_PREFIX}{name.upper()}"
        raise Misconfigured(
            f"“{said}” in {origin[name]} is not a setting of EAK. "
            f"The settings are: {', '.join(sorted(known))}."
        )


def _checked(values: dict[str, Any], origin: Mapping[str, str]) -> Config:
    hints = get_type_hints(Config)
    for name, value in values.items():
        if name == "instance":
            continue
        try:
            values[name] = msgspec.convert(value, hints[name])
        except msgspec.ValidationError as error:
            raise _wrong(name, origin, str(error)) from error
    config = Config(**values)
    _check_addresses(config, origin)
    _check_figures(config, origin)
    if len(config.secret_key) < 16:
        raise _wrong("secret_key", origin, "it must have at least 16 characters")
    return config


def _check_figures(config: Config, origin: Mapping[str, str]) -> None:
    if config.trusted_proxies < 0:
        raise _wrong("trusted_proxies", origin, "it counts proxies, so it is 0 or more")
    for name in ("session_idle", "session_lifetime"):
        if getattr(config, name) < SHORTEST_SESSION:
            raise _wrong(name, origin, f"it is in seconds, {SHORTEST_SESSION} at least")
    for name in ("files_per_person", "files_per_service"):
        if getattr(config, name) < 0:
            raise _wrong(name, origin, "it is in bytes, 0 or more")
    for name in ("largest_picture", "largest_document"):
        if not 0 <= getattr(config, name) <= LARGEST_FILE:
            raise _wrong(name, origin, f"it is in bytes, from 0 to {LARGEST_FILE}")
    if not 1 <= config.account_warned_months < config.account_erased_months:
        raise _wrong(
            "account_erased_months", origin, "it is later than account_warned_months, at least 1"
        )
    if config.security_log_days < 1:
        raise _wrong("security_log_days", origin, "it is at least 1")


def _check_addresses(config: Config, origin: Mapping[str, str]) -> None:
    _check_base_url(config, origin)
    scheme = urlsplit(config.database_url).scheme.partition("+")[0]
    if scheme not in DATABASE_SCHEMES:
        raise _wrong("database_url", origin, "it must begin with sqlite:// or postgresql://")
    if config.mail_url is not None:
        mail = _address(config.mail_url, "mail_url", origin)
        if mail.scheme not in MAIL_SCHEMES:
            raise _wrong("mail_url", origin, "it must begin with smtp:// or smtps://")
    if config.files_url is not None:
        files = _address(config.files_url, "files_url", origin)
        if files.scheme not in FILE_SCHEMES or not files.hostname or not files.path.strip("/"):
            raise _wrong("files_url", origin, "it must look like s3://key:secret@host/bucket")
    for name in ("mail_sender", "mail_bounces"):
        # They stand in every mail.
        if re.search(r"[\r\n\0]", getattr(config, name)):
            raise _wrong(name, origin, "it must be one line")
    if config.mail_bounces and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", config.mail_bounces):
        raise _wrong("mail_bounces", origin, "it must be an address alone: retours@example.fr")


def _check_base_url(config: Config, origin: Mapping[str, str]) -> None:
    base = _address(config.base_url, "base_url", origin)
    if base.scheme not in {"http", "https"} or not base.hostname or re.search(r"\s", base.netloc):
        raise _wrong("base_url", origin, "it must look like https://participer.example.fr")
    # It begins every address in headers of mail, where nothing else may stand (RFC 3986, 5322).
    if not re.fullmatch(r"[!-~]+", config.base_url) or re.search(r'[<>"]', config.base_url):
        raise _wrong(
            "base_url",
            origin,
            "write accents as the network does: xn--… in the name, %… in the folder",
        )
    if base.username is not None or re.search(r"[?#]", config.base_url):
        raise _wrong("base_url", origin, "it has no password, no question mark and no #")


def _address(url: str, name: str, origin: Mapping[str, str]) -> SplitResult:
    """The parts of ``url``, the value of the setting ``name``; its port is a number, if any."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise _wrong(name, origin, f"it is no address ({error})") from error
    return parts


def _wrong(name: str, origin: Mapping[str, str], reason: str) -> Misconfigured:
    place = origin.get(name, "the defaults")
    said = f"{ENV_PREFIX}{name.upper()}" if place == "the environment" else name
    return Misconfigured(f"The setting “{said}” in {place} is wrong: {reason}.")


def _make_folder(folder: Path) -> None:
    try:
        # For its owner alone from the start: it holds the key and what people confided.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"The instance folder {folder} cannot be made: {_reason(error)}."
        ) from error


def _reason(error: Exception) -> str:
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)
