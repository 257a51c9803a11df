"""The pages of a service, and those of a plugin, which can only act inside their own part of the
address.

Flask keeps every blueprint for the life of the process. What acts on the whole application
(``before_app_request``, ``app_errorhandler`` …) would therefore go on acting after the plugin was
switched off, and is refused when the plugin is loaded.
"""

from collections.abc import Callable
from typing import Any, Literal, NoReturn

from flask import Blueprint

from eak_core.events.core import service_at_hand
from eak_core.plugins.loading.manifest import ManifestError, Plugin

Area = Literal["service", "manage", "admin", "api"]

#: Where each area is mounted; ``{segment}`` is the plugin's own.
PREFIXES: dict[Area, str] = {
    "service": "/<service_slug>/{segment}",
    "manage": "/<service_slug>/gestion/{segment}",
    "admin": "/admin/{segment}",
    "api": "/api/v1/<service_slug>/{segment}",
}

REFUSED = (
    "add_app_template_filter",
    "add_app_template_global",
    "add_app_template_test",
    "after_app_request",
    "app_context_processor",
    "app_errorhandler",
    "app_template_filter",
    "app_template_global",
    "app_template_test",
    "app_url_defaults",
    "app_url_value_preprocessor",
    "before_app_request",
    "record_once",
    "register_blueprint",
    "teardown_app_request",
    # It runs while the request is being matched, before anybody knows whether the plugin is on.
    "url_value_preprocessor",
)


class ServiceBlueprint(Blueprint):
    """Views of the pages of a service, which stand at ``/<service>`` and ``below``.

    They do not receive the service in their arguments: it is ``g.service``, as the gate has found
    it. What is not for whoever asks has no service there and answers as if it had never been made
    (`eak_core.people.signing_in.entrance.find_visible`), so no view asks again. Building an address
    within a service needs no ``service_slug`` either.
    """

    def __init__(self, name: str, import_name: str, *, below: str = "", **options: Any) -> None:
        super().__init__(name, import_name, url_prefix=f"/<service_slug>{below}", **options)
        _within_service(self)


def _within_service(blueprint: Blueprint) -> None:
    Blueprint.url_value_preprocessor(blueprint, _drop_service)
    blueprint.url_defaults(_add_service)


class PluginBlueprint(Blueprint):
    """The views of ``plugin`` in one ``area``, mounted by the host::

        area      address                         endpoints
        service   /<service>/<segment>/…          voting.index
        manage    /<service>/gestion/<segment>/…  voting_manage.index
        admin     /admin/<segment>/…              voting_admin.index
        api       /api/v1/<service>/<segment>/…   voting_api.index

    Views do not receive the service in their arguments: it is ``g.service``, and whoever reaches
    them may read it; to all others, the gate answers as if it had never been made. Building an
    address within a service needs no ``service_slug`` either. `ManifestError` for a second
    blueprint in one area.
    """

    def __init__(self, plugin: Plugin, import_name: str, *, area: Area = "service") -> None:
        if area not in PREFIXES:
            raise ManifestError(f"{plugin.name}: area {area!r}; choose from {', '.join(PREFIXES)}")
        if area in plugin.blueprints:
            raise ManifestError(f"{plugin.name}: a second blueprint for the area {area!r}")
        name = plugin.name if area == "service" else f"{plugin.name}_{area}"
        prefix = PREFIXES[area].format(segment=plugin.segment)
        super().__init__(name, import_name, url_prefix=prefix)
        self.plugin = plugin
        self.area: Area = area
        if area != "admin":
            _within_service(self)
        plugin.blueprints[area] = self


def _refused(method: str) -> Callable[..., NoReturn]:
    def refuse(self: PluginBlueprint, *args: Any, **kwargs: Any) -> NoReturn:
        raise ManifestError(
            f"{self.name}: {method}() acts outside the plugin's own pages, also where the plugin"
            " is off. Use a hook, or the blueprint's method of the same name without 'app'."
        )

    return refuse


for _method in REFUSED:
    setattr(PluginBlueprint, _method, _refused(_method))


def _drop_service(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values is not None:
        values.pop("service_slug", None)


def _add_service(endpoint: str, values: dict[str, Any]) -> None:
    if "service_slug" not in values and (service := service_at_hand()) is not None:
        values["service_slug"] = service.slug
