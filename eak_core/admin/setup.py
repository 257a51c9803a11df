"""What the administration adds to an application: screens for managers and administrators."""

from flask import Flask

from eak_core.admin import (
    duties,
    events,
    guide,
    home,
    house,
    journal_views,
    log,
    mail,
    manage,
    people,
    picture,
    plugin_pages,
    plugins,
    services,
)
from eak_core.admin.desk import blueprint

#: The modules that put their views on the administrators' desk, or on that of those who run a
#: service, when they are imported.
SCREENS = (
    home,
    duties,
    events,
    guide,
    house,
    journal_views,
    log,
    mail,
    people,
    picture,
    plugin_pages,
    services,
)


def init_admin(app: Flask) -> None:
    """Give ``app`` the managers' desk, the screens of plugins and the administration."""
    app.register_blueprint(manage.blueprint)
    app.register_blueprint(plugins.blueprint)
    app.register_blueprint(journal_views.blueprint)
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(help_here=guide.help_here)
