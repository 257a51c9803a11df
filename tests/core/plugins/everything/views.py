"""Pages in every area, with everything a blueprint may have of its own."""

from typing import Any

from flask import Response, abort, g, url_for

from eak_core.plugins.loading.blueprint import PluginBlueprint
from tests.core.plugins.everything.plugin import plugin

pages = PluginBlueprint(plugin, __name__)
manage = PluginBlueprint(plugin, __name__, area="manage")
admin = PluginBlueprint(plugin, __name__, area="admin")
api = PluginBlueprint(plugin, __name__, area="api")

#: What ran, to prove that nothing does while the plugin is off.
ran: list[str] = []


@pages.before_request
def before() -> None:
    ran.append("before")


@pages.after_request
def after(response: Response) -> Response:
    ran.append("after")
    return response


@pages.teardown_request
def teardown(_error: BaseException | None) -> None:
    ran.append("teardown")


@pages.context_processor
def context() -> dict[str, Any]:
    ran.append("context")
    return {}


@pages.errorhandler(404)
def not_found(_error: Exception) -> tuple[str, int]:
    ran.append("error page")
    return "a page of everything", 404


@pages.get("/")
def index() -> str:
    return f"everything in {g.service.slug}, see {url_for('everything.one', number=1)}"


@pages.route("/<int:number>", methods=["GET", "POST"])
def one(number: int) -> str:
    if number == 404:
        abort(404)
    return f"number {number}"


@manage.get("/")
def managing() -> str:
    return f"managing in {g.service.slug}"


@admin.get("/")
def administering() -> str:
    return "administering"


@api.get("/figures")
def figures() -> dict[str, str]:
    return {"service": g.service.slug}
