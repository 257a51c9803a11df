"""The addresses of an application's rules, with something plausible in the place of arguments."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from werkzeug.routing import Rule

from eak_core.kit.testing.site import Site
from eak_core.plugins.loading.host import get_host
from eak_core.services.models import Service

#: The methods that change something.
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_ARGUMENT = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_BY_KIND = {
    "int": "1",
    "float": "1.5",
    "path": "a/b",
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
}
#: Where an installed plugin shows although it is off: the pages on which plugins are run, the
#: journal, which tells who switched it on and off, the keys that it signed with, which stay
#: published, the register of what is stored about people, which stays while it is off, the open
#: data of the site, which say of each service what it publishes and when it changed, and the form
#: of a new service, on which they are ticked.
_ABOUT_PLUGINS = re.compile(
    r"plugin|event|health|house|journal|keys\.|new_service|pages\.privacy|reuse_site"
)

#: The pages that lead into the services where a plugin is on: the portal, which asks for
#: `portal_links`, one's own account, which asks for `account_links`, what plugins sign there, and
#: what they tell.
NEWS = "/compte/nouveautes/"
LEADING = ("/", "/.well-known/keys", "/compte/", NEWS, f"{NEWS}preferences")


class Address(NamedTuple):
    """An address, its rule, and whether arguments in it were made up."""

    path: str
    rule: Rule
    made_up: bool


def filled(rule: Rule, values: Mapping[str, str]) -> Address:
    """``rule`` with ``values``, and anything of the right kind for the others."""
    made_up = False

    def fill(match: re.Match[str]) -> str:
        nonlocal made_up
        name = match["name"]
        if name in values:
            return values[name]
        made_up = True
        return _BY_KIND.get(match["kind"] or "", "a")

    return Address(_ARGUMENT.sub(fill, rule.rule), rule, made_up)


def of_plugin(site: Site, name: str, service: Service) -> Iterator[Address]:
    """The addresses of a plugin in ``service``."""
    with site.app.app_context():
        host = get_host()
    for rule in site.app.url_map.iter_rules():
        blueprint = rule.endpoint.rpartition(".")[0]
        if host.by_blueprint.get(blueprint) == name:
            yield filled(rule, {"service_slug": service.slug})


def of_core(site: Site, values: Mapping[str, str]) -> Iterator[Address]:
    """The pages, feeds and exports of the core that ``values`` suffice for.

    Those on which plugins themselves are run are left out.
    """
    with site.app.app_context():
        plugins = get_host().by_blueprint
    for rule in site.app.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        if "GET" not in (rule.methods or ()) or blueprint in plugins:
            continue
        if rule.endpoint in {"static", "theme_static"} or _ABOUT_PLUGINS.search(rule.endpoint):
            continue
        address = filled(rule, values)
        if not address.made_up:
            yield address
