"""What people see: ballots, the booth, the desk of managers, results, the public log.

Each module of views that is named here puts them on its blueprint.
"""

from eak_voting.pages import calendar, log_views, support_views, views
from eak_voting.pages.booth import code_views, toggle_views
from eak_voting.pages.booth import views as booth_views
from eak_voting.pages.managing import burst_views, decision_views, step_views
from eak_voting.pages.managing import views as managing_views
from eak_voting.pages.results import feeds
from eak_voting.pages.results import views as results_views

__all__ = [
    "booth_views",
    "burst_views",
    "calendar",
    "code_views",
    "decision_views",
    "feeds",
    "log_views",
    "managing_views",
    "results_views",
    "step_views",
    "support_views",
    "toggle_views",
    "views",
]
