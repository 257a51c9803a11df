"""Off means: as if it had never been installed."""

import gc
import re
import weakref

import flask.signals
from blinker import NamedSignal
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from eak_core.events.log import committed
from eak_core.events.models import Subscription
from eak_core.ideas.models import Idea
from eak_core.plugins.host import get_host
from eak_core.plugins.shapes import SHAPES
from eak_core.services.models import Service
from eak_core.testing.conformance import addresses
from eak_core.testing.conformance.histories import live_a_little
from eak_core.testing.conformance.trial import READERS, Trial
from eak_core.testing.site import Site

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
TOGGLES = 200
#: What switching may leave in memory, in objects that Python's collector knows.
SPARE_OBJECTS = 500

_HIDDEN = re.compile(rb'<input[^>]*type="hidden"[^>]*>|<meta[^>]*csrf[^>]*>')
_SESSIONS = re.compile(rb'<section aria-labelledby="sessions">.*?</section>', re.DOTALL)
_VALUE = re.compile(rb'(value|content)="[^"]*"')


def check_off_is_not_found(trial: Trial) -> None:
    """T42: an address of a plugin that is off gives the core's own 404, whoever asks and how."""
    site = trial.site()
    internal = site.add_service("coulisses", "Behind the scenes", audience="internal")
    twin = trial.never_installed(site)
    _ensure_gone(trial, site, twin, site.service)
    # There a visitor is asked to sign in, whether or not anything stands at the address.
    _ensure_gone(trial, site, twin, internal)


def check_listens_to_no_signal(trial: Trial) -> None:
    """Signals reach whoever listens in the process, for every service, whether on or off."""
    assert trial.found.module is not None
    package = trial.found.module.__name__.rpartition(".")[0]
    known = [each for each in vars(flask.signals).values() if isinstance(each, NamedSignal)]
    for signal in (*known, committed):
        for receiver in signal.receivers.values():
            function = receiver() if isinstance(receiver, weakref.ref) else receiver
            module = getattr(function, "__module__", None) or ""
            assert not f"{module}.".startswith(f"{package}."), (
                f"{module} of “{trial.name}” listens to the signal {getattr(signal, 'name', '')}:"
                " it is called where the plugin is off too. Use a hook or @subscriber."
            )


def check_invisible_elsewhere(trial: Trial) -> None:
    """T48: on in one service, the plugin does not exist in another one."""
    site = trial.site()
    site.enable(trial.name)
    other = site.add_service("routes", "Routes")
    twin = trial.never_installed(site)
    idea = site.submit("An idea of the other service", service=other)
    live_a_little(trial, site)
    _ensure_gone(trial, site, twin, other, elsewhere=True)
    _ensure_same(trial, site, twin, other, idea, "on in another service alone")


def _ensure_gone(
    trial: Trial, site: Site, twin: Site, service: Service, *, elsewhere: bool = False
) -> None:
    for reader in ("visitor", "administrator"):
        browser, other = trial.browser(site, reader), trial.browser(twin, reader)
        for address in addresses.of_plugin(site, trial.name, service):
            if elsewhere and address.rule.rule.startswith("/admin/"):
                continue
            plain = address.path.rstrip("/")
            for path in (plain, f"{plain}/"):
                for method in METHODS:
                    got = browser.open(path, method=method)
                    expected = other.open(path, method=method)
                    assert got.status_code == expected.status_code, (
                        f"{method} {path} answers {got.status} to the {reader} while"
                        f" “{trial.name}” is off in /{service.slug}/, and {expected.status} without"
                        " it: mount pages with PluginBlueprint alone, so that the gate knows them."
                    )
                    assert _bare(got) == _bare(expected), (
                        f"{method} {path} gives another 404 than the core's to the {reader}"
                        f" while “{trial.name}” is off: something of the plugin runs before or"
                        " after the gate."
                    )


def check_off_leaves_no_byte(trial: Trial) -> None:
    """T43: every core page is the same with the plugin off as without it, before and after use."""
    site = trial.site()
    idea = site.submit()
    twin = trial.never_installed(site)
    _ensure_same(trial, site, twin, site.service, idea, "off and was never on")
    site.enable(trial.name)
    live_a_little(trial, site)
    idea = site.submit("An idea that stays")
    site.disable(trial.name)
    _ensure_same(trial, site, twin, site.service, idea, "off after it was used")


def _ensure_same(
    trial: Trial, site: Site, twin: Site, service: Service, idea: Idea, when: str
) -> None:
    values = {"service_slug": service.slug, "idea_id": str(idea.id), "slug": idea.slug}
    pages = [each.path for each in addresses.of_core(twin, values)]
    for reader in READERS:
        browser, other = trial.browser(site, reader), trial.browser(twin, reader)
        for path in pages:
            got, expected = browser.get(path), other.get(path)
            assert got.status_code == expected.status_code, (
                f"{path} answers {got.status} to the {reader} with “{trial.name}” {when},"
                f" and {expected.status} without it."
            )
            assert _bare(got) == _bare(expected), (
                f"{path}, shown to the {reader}, differs between “{trial.name}” {when} and never"
                f" installed: {_difference(_bare(expected), _bare(got))}"
            )


def check_switching_leaves_nothing(trial: Trial) -> None:
    """T45: switching on and off many times leaves memory, receivers and rows as they were."""
    site = trial.site()
    with site.app.app_context():
        host = get_host()
    for _round in range(5):
        site.enable(trial.name)
        site.disable(trial.name)
    gc.collect()
    # What earlier tests left alive, and may let go of now, must not count against what grows.
    gc.freeze()
    try:
        before = _standing(site)
        for _round in range(TOGGLES):
            site.enable(trial.name)
            site.disable(trial.name)
        after = _standing(site)
    finally:
        gc.unfreeze()
    with site.app.app_context():
        assert get_host() is host
    assert before[:-1] == after[:-1], (
        f"After {TOGGLES} switches “{trial.name}” left more behind: hooks, rules, receivers and"
        f" subscriptions were {before[:-1]}, and are {after[:-1]}."
    )
    grown = after[-1] - before[-1]
    assert grown < SPARE_OBJECTS, (
        f"After {TOGGLES} switches {grown} more objects are alive: “{trial.name}” keeps something"
        " each time."
    )


def _standing(site: Site) -> tuple[int, ...]:
    with site.app.app_context():
        calls = sum(len(get_host().answering(hook)) for hook in SHAPES)
    with site.reading() as session:
        subscriptions = session.scalar(select(func.count()).select_from(Subscription)) or 0
    rules = len(list(site.app.url_map.iter_rules()))
    gc.collect()
    return calls, rules, len(committed.receivers), subscriptions, len(gc.get_objects())


def _bare(response: TestResponse) -> bytes:
    """The body without what changes with each request: tokens and keys of forms, and where the
    reader is signed in besides."""
    body = _SESSIONS.sub(b"", response.data)
    return _HIDDEN.sub(lambda match: _VALUE.sub(b"", match[0]), body)


def _difference(expected: bytes, got: bytes) -> str:
    """The first line that differs, as people read it."""
    ours, theirs = got.decode().splitlines(), expected.decode().splitlines()
    extra = next((line for line in ours if line not in theirs), None)
    missing = next((line for line in theirs if line not in ours), "")
    return f"there is “{extra.strip()}”" if extra else f"“{missing.strip()}” is missing"
