"""Flask's application, with addresses that do not depend on the name somebody came by."""

import re
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, has_request_context
from flask.wrappers import Request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect, Rule

from eak_core.web.links import on_site

#: Where a request says that the name it came by cannot be any machine's.
IMPOSSIBLE_HOST = "eak.impossible_host"

_HOST = re.compile(r"([A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])?(:[0-9]{1,5})?")

#: Writes the address of a rule from its values: the host's part and the path.
Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule that compiles how its addresses are written when the first of them is asked for.

    A process writes the addresses of few of its rules; to compile all of them was half of making an
    application. Should Werkzeug name this step otherwise one day, all are compiled at once again.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compile_now = super()._compile_builder

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            built: Builder = compile_now(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", built)
            return built(**values)

        return build


class Application(Flask):
    """The platform as a WSGI application."""

    url_rule_class = LateRule

    def url_for(self, endpoint: str, **values: Any) -> str:
        """The address of ``endpoint``; with ``_external``, and by itself where there is no request,
        on the site's own address (setting ``base_url``). A forged Host header would otherwise stand
        in feeds, which are kept and handed on, and in mail."""
        whole = values.get("_external")
        if whole is None:
            whole = not has_request_context()
        address = super().url_for(endpoint, **values)
        return on_site(address) if whole else address

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Raise why no view answers. Where an address only lacks its slash, what is answered names
        no host: browsers and proxies keep it for good."""
        found = request.routing_exception
        if isinstance(found, RequestRedirect):
            _, _, path, query, _ = urlsplit(found.new_url)
            found.new_url = urlunsplit(("", "", f"/{path.lstrip('/')}", query, ""))
        super().raise_routing_exception(request)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What matches the address of a request. One that came by an impossible name is matched
        too, so that its refusal can be shown on a page with links."""
        if request is not None and not _HOST.fullmatch(request.environ.get("HTTP_HOST", "")):
            request.environ[IMPOSSIBLE_HOST] = True
        if request is None:
            # Handlers and commands write addresses too; `on_site` then puts the site's in front.
            return self.url_map.bind("localhost")
        try:
            return super().create_url_adapter(request)
        except HTTPException:
            request.environ[IMPOSSIBLE_HOST] = True
            return self.url_map.bind("localhost", path_info=request.path)
