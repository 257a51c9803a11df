"""Pages.

Views, what they answer with, how long that holds, and how often it may be asked for.
"""

from eak_core.networks import client_network
from eak_core.plugins.hooks.datasets import DataSet, column
from eak_core.plugins.loading.blueprint import PluginBlueprint
from eak_core.web import charts, open_data, render
from eak_core.web.acts import Answer, fragment
from eak_core.web.caching import valid_until
from eak_core.web.closed import closed_document
from eak_core.web.embedding import embeddable
from eak_core.web.limits import limited
from eak_core.web.open_data.cells import csv_cell
from eak_core.web.pagination import Page, page_number, paginate
from eak_core.web.progress import Progress, progress_answer
from eak_core.web.qr import qr_path
from eak_core.web.tallies import Tally

__all__ = [
    "Answer",
    "DataSet",
    "Page",
    "PluginBlueprint",
    "Progress",
    "Tally",
    "charts",
    "client_network",
    "closed_document",
    "column",
    "csv_cell",
    "embeddable",
    "fragment",
    "limited",
    "open_data",
    "page_number",
    "paginate",
    "progress_answer",
    "qr_path",
    "render",
    "valid_until",
]
