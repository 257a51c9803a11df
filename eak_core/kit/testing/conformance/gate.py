"""Off means: as if it had never been installed."""

import re
import weakref
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import flask.signals
from blinker import NamedSignal
from flask import Flask

from eak_core.events.log import committed
from eak_core.ideas.models import Idea
from eak_core.kit.testing.conformance import addresses
from eak_core.kit.testing.conformance.addresses import Address
from eak_core.kit.testing.conformance.life import lived
from eak_core.kit.testing.conformance.markup import bare, difference
from eak_core.kit.testing.conformance.purging import purged
from eak_core.kit.testing.conformance.trial import READERS, Trial
from eak_core.kit.testing.conformance.visits import visited
from eak_core.kit.testing.site import Site
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_request.gate import parse
from eak_core.services.models import Service

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: How many addresses of each blueprint are asked for; whose an address is, the map of all says.
PER_BLUEPRINT = 3
#: How many of the core's pages outside of the service are compared each time.
ELSEWHERE = 4

_ON_THE_APPLICATION = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "template_context_processors",
    "url_value_preprocessors",
    "url_default_functions",
)


def check_off_is_not_found(trial: Trial) -> None:
    """T42: an address of a plugin that is off gives the core's own 404, whoever asks and how."""
    site = trial.site()
    internal = site.add_service("coulisses", "Behind the scenes", audience="internal")
    twin = trial.never_installed(site)
    _ensure_gone(trial, site, twin, site.service)
    # There a visitor is asked to sign in, whether or not anything stands at the address.
    _ensure_gone(trial, site, twin, internal)
    _ensure_gated(trial, site, twin)


def check_listens_to_no_signal(trial: Trial) -> None:
    """What reaches whoever listens in the process would reach it for every service, on or off."""
    assert trial.found.module is not None
    package = trial.found.module.__name__.rpartition(".")[0] or trial.found.module.__name__
    known = [each for each in vars(flask.signals).values() if isinstance(each, NamedSignal)]
    for signal in (*known, committed):
        for receiver in signal.receivers.values():
            function = receiver() if isinstance(receiver, weakref.ref) else receiver
            assert not _is_in(package, function), (
                f"{_module(function)} of “{trial.name}” listens to the signal"
                f" {getattr(signal, 'name', '')}: it is called where the plugin is off too. Use a"
                " hook or @subscriber."
            )
    for where, function in _on(trial.site().app):
        assert not _is_in(package, function), (
            f"{_module(function)} of “{trial.name}” hangs on the whole application ({where}): it is"
            " called where the plugin is off too. Use a hook, or the blueprint's own method."
        )


def _on(app: Flask) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The functions that ``app`` calls for every request, and where they were put."""
    for where in _ON_THE_APPLICATION:
        for function in getattr(app, where).get(None, ()):
            yield where, function
    for handlers in app.error_handler_spec.get(None, {}).values():
        for function in handlers.values():
            yield "error_handler_spec", function


def _module(function: Any) -> str:
    return getattr(function, "__module__", None) or ""


def _is_in(package: str, function: Any) -> bool:
    return f"{_module(function)}.".startswith(f"{package}.")


def check_invisible_elsewhere(trial: Trial) -> None:
    """T48: on in one service, the plugin does not exist in another one."""
    life = lived(trial)
    site = life.site
    with life.play.still():
        other = site.add_service("routes", "Routes")
        idea = site.submit("An idea of the other service", service=other)
        twin = trial.never_installed(site)
        _ensure_gone(trial, site, twin, other, elsewhere=True)
        when = "on in another service alone"
        _ensure_same(trial, site, twin, other, idea, when, elsewhere=True)


def _ensure_gone(
    trial: Trial, site: Site, twin: Site, service: Service, *, elsewhere: bool = False
) -> None:
    for reader, (path, method) in product(
        ("visitor", "administrator"), _asked(trial, site, service, elsewhere=elsewhere)
    ):
        got = trial.browser(site, reader).open(path, method=method)
        expected = trial.browser(twin, reader).open(path, method=method)
        assert got.status_code == expected.status_code, (
            f"{method} {path} answers {got.status} to the {reader} while “{trial.name}” is off in"
            f" /{service.slug}/, and {expected.status} without it: mount pages with PluginBlueprint"
            " alone, so that the gate knows them."
        )
        assert bare(got) == bare(expected), (
            f"{method} {path} gives another 404 than the core's to the {reader} while"
            f" “{trial.name}” is off: something of the plugin runs before or after the gate."
        )


def _asked(
    trial: Trial, site: Site, service: Service, *, elsewhere: bool
) -> Sequence[tuple[str, str]]:
    """Addresses of each of the plugin's blueprints, and how they are asked for: as they stand, with
    or without the closing slash, and by every method."""
    dice = trial.dice()
    by_blueprint: dict[tuple[str, bool], list[Address]] = {}
    for address in addresses.of_plugin(site, trial.name, service):
        if elsewhere and address.rule.rule.startswith("/admin/"):
            continue
        blueprint, _, endpoint = address.rule.endpoint.rpartition(".")
        by_blueprint.setdefault((blueprint, endpoint == "static"), []).append(address)
    asked = []
    for each in by_blueprint.values():
        for address in dice.sample(each, min(PER_BLUEPRINT, len(each))):
            plain = address.path.rstrip("/")
            asked += [(plain, "GET"), (f"{plain}/", "GET")]
            asked += [(address.path, method) for method in dice.sample(METHODS[1:], 2)]
        asked += [(address.path, method) for method in METHODS[1:]]
    return asked


def _ensure_gated(trial: Trial, site: Site, twin: Site) -> None:
    """Every address that is not the core's is one of which the gate says that it is the plugin's,
    so that what holds for those that were asked holds for all."""
    with site.app.app_context():
        owners = get_host().by_segment
    known = {rule.rule for rule in twin.app.url_map.iter_rules()}
    for rule in site.app.url_map.iter_rules():
        if rule.rule in known:
            continue
        path = re.sub(r"<service_slug>|<[^>]*:service_slug>", site.service.slug, rule.rule)
        owner = owners.get(parse(path).segment or "")
        assert owner == trial.name, (
            f"The address {rule.rule} of “{trial.name}” is not below the plugin's own segment, so"
            " it answers where the plugin is off: mount pages with PluginBlueprint alone."
        )


def check_off_leaves_no_byte(trial: Trial) -> None:
    """T43: every core page is the same with the plugin off as without it, before and after use."""
    site = trial.site()
    idea = site.submit()
    twin = trial.never_installed(site)
    _ensure_same(trial, site, twin, site.service, idea, "off and was never on", administered=True)
    life = lived(trial)
    site = life.site
    with life.play.still():
        idea = site.submit("An idea that stays")
        site.disable(trial.name)
        twin = trial.never_installed(site)
        _ensure_same(trial, site, twin, site.service, idea, "off after it was used")
        paths = visited(trial, site)
        purged(trial, site)
        for path in paths:
            _ensure_same_to(trial, site, twin, "visitor", path, "purged after it was used")


def _ensure_same(
    trial: Trial,
    site: Site,
    twin: Site,
    service: Service,
    idea: Idea,
    when: str,
    *,
    administered: bool = False,
    elsewhere: bool = False,
) -> None:
    for reader, path in _compared(trial, twin, service, idea, administered=administered):
        if elsewhere and path in addresses.LEADING:
            continue
        _ensure_same_to(trial, site, twin, reader, path, when)


def _ensure_same_to(
    trial: Trial, site: Site, twin: Site, reader: str, path: str, when: str
) -> None:
    got = trial.browser(site, reader).get(path)
    expected = trial.browser(twin, reader).get(path)
    assert got.status_code == expected.status_code, (
        f"{path} answers {got.status} to the {reader} with “{trial.name}” {when},"
        f" and {expected.status} without it."
    )
    assert bare(got) == bare(expected), (
        f"{path}, shown to the {reader}, differs between “{trial.name}” {when} and never"
        f" installed: {difference(bare(expected), bare(got))}"
    )


def _compared(
    trial: Trial, twin: Site, service: Service, idea: Idea, *, administered: bool
) -> Iterator[tuple[str, str]]:
    """Who looks at what: every page of the service by one reader, and after use by a visitor and by
    a manager as well; of the core's other pages, some. Those of the administration only where
    ``administered``, before use: they tell of what a plugin has left, and of where it is on, under
    the title it gives itself."""
    values = {"service_slug": service.slug, "idea_id": str(idea.id), "slug": idea.slug}
    paths = [each.path for each in addresses.of_core(twin, values)]
    home = f"/{service.slug}/"
    within = [path for path in paths if path.startswith(home)]
    beyond = [
        path
        for path in paths
        if not path.startswith(home) and (administered or not path.startswith("/admin/"))
    ]
    dice = trial.dice()
    for path in within:
        managing = path.startswith(f"{home}gestion/")
        readers = ["manager"] if managing else [dice.choice(READERS[1:])]
        if not managing and not administered:
            readers.append("visitor")
        yield from ((reader, path) for reader in readers)
    for path in dice.sample(beyond, min(ELSEWHERE, len(beyond))):
        yield dice.choice(READERS), path
