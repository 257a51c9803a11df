"""``eak doctor``: is this instance well? One sentence per thing looked at."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from eak_core.cli.frame import REFUSED, State, state
from eak_core.cli.output import json_option, show_json
from eak_core.errors import EakError
from eak_core.invocation import typed

if TYPE_CHECKING:
    from flask import Flask

    from eak_core.config import Config
    from eak_core.db import Session

#: Less free space than this and a backup or a log may stop halfway.
FREE_BYTES = 500_000_000
#: Subscriptions further behind than this are worth a look, in events.
LAG_EVENTS = 10_000


class Finding(NamedTuple):
    """What was looked at, whether it is well, and the sentence."""

    about: str
    ok: bool
    sentence: str


@click.command()
@click.option(
    "--known-faults",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A list in the format of OSV: a package in it is a problem.",
)
@json_option
@click.pass_context
def doctor(context: click.Context, known_faults: Path | None, as_json: bool) -> None:
    """Look at everything an instance needs. Exits with 1 where something is wrong."""
    from eak_core.cli import hardening

    findings = list(_examine(state()))
    if known_faults is not None:
        findings += [Finding(*each) for each in hardening.known_faults(known_faults)]
    if as_json:
        show_json({"ok": all(each.ok for each in findings), "checks": _rows(findings)})
    else:
        for each in findings:
            click.echo(f"{'ok     ' if each.ok else 'PROBLEM'}  {each.sentence}")
    if not all(each.ok for each in findings):
        context.exit(REFUSED)


def _rows(findings: list[Finding]) -> list[dict[str, object]]:
    return [each._asdict() for each in findings]


def _examine(here: State) -> Iterator[Finding]:
    """Every finding; what cannot be looked at because of an earlier problem is left out."""
    from eak_core.cli import hardening
    from eak_core.cli.server import require_writable

    try:
        config = here.config()
        yield Finding("config", True, f"The settings of {config.instance} are read.")
        require_writable(config.instance)
        yield Finding("instance", True, f"Files can be written in {config.instance}.")
    except EakError as error:
        yield Finding("config", False, str(error))
        return
    yield _disk(config)
    yield _mail(config)
    yield from _believed(config)
    yield from (Finding(*each) for each in hardening.look(config))
    try:
        with here.application(migrated=False) as app:
            yield from _look_inside(app)
    except Exception as error:  # noqa: BLE001  # whatever keeps it from starting is the finding
        reason = " ".join(str(error).split()) or type(error).__name__
        yield Finding("database", False, f"The application cannot be opened: {reason}")


def _disk(config: "Config") -> Finding:
    free = shutil.disk_usage(config.instance).free
    sentence = f"{free / 1e9:.1f} GB are free on the disk of {config.instance}."
    return Finding("disk", free >= FREE_BYTES, sentence)


def _mail(config: "Config") -> Finding:
    from urllib.parse import urlsplit

    if config.mail_url is None:
        return Finding(
            "mail", True, f"Mail is written to files in {config.mail_folder} (mail_url is not set)."
        )
    server = urlsplit(config.mail_url)
    port = server.port or (465 if server.scheme == "smtps" else 587)
    reachable = _answers(server.hostname or "", port)
    verb = "answers" if reachable else "does not answer"
    return Finding("mail", reachable, f"The mail server {server.hostname}:{port} {verb}.")


def _believed(config: "Config") -> Iterator[Finding]:
    """What the DNS says of this site's mail, with what to ask for; where nobody asks it, the keys
    that sign, each with the record that its domain needs."""
    from eak_core.letters.deliverability import look
    from eak_core.letters.dkim import keys_of
    from eak_core.letters.dns import resolving
    from eak_core.letters.recipients import sender_header

    try:
        keys = keys_of(config)
        checks = look(config, resolving())
    except EakError as error:
        yield Finding("dkim", False, str(error))
        return
    for check in checks:
        ask = f" Ask for: {check.ask}" if check.ask and not check.ok else ""
        yield Finding(check.about, check.ok, f"{check.name}: {check.sentence}{ask}")
    if checks:
        return
    domain = sender_header(config.mail_sender).domain
    for key in keys:
        name = f"{key.selector}._domainkey.{domain}"
        yield Finding("dkim", True, f"Mail is signed ({key.algorithm}); {name} is: {key.record}")


def _answers(host: str, port: int) -> bool:
    import socket

    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except OSError:
        return False


def _look_inside(app: "Flask") -> Iterator[Finding]:
    from eak_core.db import read_session
    from eak_core.db.migrations import CORE, faults_in

    missing = faults_in(app)
    fits = " ".join(missing.values()) or "The database fits this version."
    yield Finding("migrations", not missing, fits)
    yield from _plugins()
    if CORE.name in missing:
        return
    look: Callable[[Session], Iterator[Finding]]
    looks = (_logs, _clock, _held, _long_writers, _subscriptions, _parked, _scheduled, _outbox)
    for look in (*looks, _suspended, _keys, _files):
        with read_session(app) as session:
            yield from look(session)


def _plugins() -> Iterator[Finding]:
    from eak_core.plugins.loading.host import get_host
    from eak_core.plugins.loading.installed import State as PluginState

    host = get_host()
    for name, each in host.installed.items():
        if each.state is not PluginState.READY:
            sentence = f"The plugin “{name}” is not ready ({each.state}): {each.reason}"
            yield Finding("plugins", False, sentence)
    yield Finding("plugins", True, f"{len(host.ready)} plugin(s) are ready.")


def _logs(session: "Session") -> Iterator[Finding]:
    from eak_core.events.core import get_event_core
    from eak_core.events.reading import verify

    faults = list(verify(session, get_event_core().registry))
    for fault in faults:
        yield Finding("logs", False, f"{fault}.")
    if not faults:
        yield Finding("logs", True, "Every log is whole.")


def _subscriptions(session: "Session") -> Iterator[Finding]:
    from eak_core.events.subscriptions import health

    worst = 0
    for each in health(session):
        if each.enabled and each.lag > LAG_EVENTS:
            sentence = (
                f"“{each.plugin}” is {each.lag:,} events behind in service {each.service_id}: "
                "is a worker running?"
            )
            yield Finding("subscriptions", False, sentence)
        if each.enabled:
            worst = max(worst, each.lag)
            if each.error:
                last = each.error.strip().splitlines()[-1]
                sentence = f"“{each.plugin}” is stuck in service {each.service_id}: {last}"
                yield Finding("subscriptions", False, sentence)
    yield Finding("subscriptions", True, f"The furthest behind has {worst:,} events to read.")


def _parked(session: "Session") -> Iterator[Finding]:
    from eak_core.events.subscriptions import health

    parked = {(each.plugin, each.service_id): each.parked for each in health(session)}
    for (plugin, service_id), count in parked.items():
        if count:
            sentence = f"“{plugin}” has {count} parked event(s) in service {service_id}."
            yield Finding("parked", False, sentence)
    if not any(parked.values()):
        yield Finding("parked", True, "No event is parked.")


def _scheduled(session: "Session") -> Iterator[Finding]:
    from eak_core.events.agenda import failing

    count = failing(session)
    sentence = f"{count} scheduled work(s) failed." if count else "No scheduled work failed."
    yield Finding("scheduled", not count, sentence)


def _clock(session: "Session") -> Iterator[Finding]:
    from eak_core.db.clocks import clock_fault

    fault = clock_fault(session)
    yield Finding("clock", fault is None, fault or "The clock is that of the database.")


def _held(session: "Session") -> Iterator[Finding]:
    from eak_core.db.hold import held_since

    since = held_since(session)
    if since is not None:
        sentence = (
            f"The site is a copy that is held since {since:%Y-%m-%d %H:%M} UTC: no mail leaves"
        )
        command = typed("db release", state().folder)
        yield Finding("held", False, f"{sentence} and nothing is done before “{command}”.")


def _long_writers(session: "Session") -> Iterator[Finding]:
    from eak_core.db.holding import ALARM_SECONDS, long_writers

    for each in long_writers(session):
        sentence = (
            f"“{each.what}” kept others from writing for {each.longest:.1f} seconds"
            f" ({each.times} time(s), last on {each.last_at:%Y-%m-%d %H:%M} UTC)."
        )
        yield Finding("writers", each.longest < ALARM_SECONDS, sentence)


def _outbox(session: "Session") -> Iterator[Finding]:
    from sqlalchemy import select

    from eak_core.letters.inspection import outbox_counts
    from eak_core.letters.models import TransportPause

    counts = outbox_counts(session)
    if counts.given_up:
        yield Finding("outbox", False, f"{counts.given_up} message(s) were given up by their age.")
    for pause in session.scalars(select(TransportPause)):
        reason = pause.error.strip().splitlines()[-1]
        sentence = f"No {pause.kind} leaves since {pause.since:%Y-%m-%d %H:%M} UTC: {reason}"
        yield Finding("outbox", False, sentence)
    sentence = f"{counts.waiting} message(s) wait to be sent, {counts.refused} were refused."
    yield Finding("outbox", True, sentence)


def _suspended(session: "Session") -> Iterator[Finding]:
    from sqlalchemy import select

    from eak_core.plugins.per_service.models import PluginActivation

    rows = session.execute(
        select(PluginActivation.plugin, PluginActivation.service_id).where(
            PluginActivation.active, PluginActivation.suspended_at.is_not(None)
        )
    )
    for plugin, service_id in rows:
        sentence = f"“{plugin}” was put aside in service {service_id}: its hooks kept failing."
        yield Finding("plugins", False, sentence)


def _keys(session: "Session") -> Iterator[Finding]:
    from eak_core.keys.inspection import elsewhere, faults
    from eak_core.web.links import site_url

    count, found = faults(session)
    found = [*found, *elsewhere(session, site_url())]
    for fault in found:
        yield Finding("keys", False, fault)
    if not found:
        yield Finding("keys", True, f"{count} key(s) can sign.")


def _files(session: "Session") -> Iterator[Finding]:
    from eak_core.files.inspection import compare
    from eak_core.files.room import room_of

    storage = room_of().storage
    try:
        found = compare(session, storage)
    except EakError as error:
        yield Finding("files", False, f"The files in {storage.place} cannot be read: {error}")
        return
    if found.lacking:
        ids = ", ".join(map(str, found.lacking[:5])) + (" …" if len(found.lacking) > 5 else "")
        sentence = f"{len(found.lacking)} file(s) are missing in {storage.place}: {ids}."
        yield Finding("files", False, sentence)
    if found.forgotten:
        sentence = (
            f"{found.forgotten} file(s) of {found.forgotten_size:,} bytes belong to nothing: they"
            " are deleted once a day."
        )
        yield Finding("files", True, sentence)
    yield Finding(
        "files", True, f"{found.files:,} file(s) of {found.size:,} bytes are in {storage.place}."
    )
