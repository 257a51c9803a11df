"""The room shared by every page: themes, forms, texts, languages, headers, errors, caching.

`init_web` comes before the gate and `init_guards` after it: a body is read before any
transaction begins, and a token is asked for only where the gate has found a page. Then, once it
is known who asks, `eak_core.web.caching.init_caching` can say that nothing has changed.
"""

from typing import Any

from flask import Flask, render_template
from flask_compress import Compress

from eak_core.config import Config
from eak_core.networks import client_network
from eak_core.security_log import SecurityLog, init_security_log
from eak_core.web.assets import init_assets
from eak_core.web.charts import init_charts
from eak_core.web.csrf import init_csrf
from eak_core.web.drawn import init_drawn
from eak_core.web.errors import init_errors
from eak_core.web.i18n import init_i18n
from eak_core.web.kept_pages import init_kept_pages
from eak_core.web.limits import init_limits
from eak_core.web.links import init_links
from eak_core.web.markdown import init_markdown
from eak_core.web.security import init_security
from eak_core.web.sessionless import init_sessionless
from eak_core.web.signed_links import init_signed_links
from eak_core.web.structured import init_structured
from eak_core.web.theme_templates import init_themes
from eak_core.web.typography import init_typography

__all__ = ["init_guards", "init_web", "render"]


def render(template: str, /, **values: Any) -> str:
    """The HTML of ``template`` (``thanks/index.html``), with ``values`` as its variables beside
    those that every template has. A part of a page comes from `fragment`."""
    return render_template(template, **values)


def init_web(app: Flask, config: Config) -> None:
    """Give ``app`` its looks, languages, headers and error pages. Nothing may come before."""
    app.extensions["eak_config"] = config
    init_security_log(app, SecurityLog(config.instance, config.secret_key, _network))
    init_themes(app, config.instance, config.default_theme)
    # Answers pass through what is registered here from the last to the first, so they are
    # compressed when everything else about them is settled.
    Compress(app)
    init_kept_pages(app)
    init_security(app, config)
    init_i18n(app)
    init_assets(app)
    init_links(app)
    init_markdown(app)
    init_structured(app)
    init_typography(app)
    init_charts(app)
    init_drawn(app)
    init_errors(app)

    def say_name() -> dict[str, str]:
        """``site_name``: what the site is called (setting ``site_name``)."""
        return {"site_name": config.site_name}

    app.context_processor(say_name)


def _network() -> str | None:
    return client_network(ipv4=32, ipv6=64)


def init_guards(app: Flask, config: Config) -> None:
    """Give ``app`` what needs the gate's findings: sessions left, tokens and limits."""
    init_signed_links(app)
    init_sessionless(app)
    init_csrf(app)
    init_limits(app, config)
