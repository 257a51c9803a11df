"""Charts: values made of data, drawn on pages and as files, each with its table.

Each chart has a ``key`` (the word that names it on its page and in its files), a ``title`` and the
``caption`` of its table before what follows below; give all of them by name.

A drawing is hidden from screen readers (``aria-hidden``), and its table, made of the same figures,
is its text: sixty bars read one by one would be a worse table. A file has no table beside it, so
there the drawing is a picture (``role="img"``) with a title and the table in words.

- ``values``: what charts are; ``tables``: what they say;
- ``looks``: how parts look on pages and in files;
- ``bars``: bars, profiles, spans of time, as wide as their place;
- ``canvas``, ``plots``, ``maps``, ``flows``: lines, maps, arrows, drawn for two widths;
- ``pictures``: what the macro asks for; ``documents`` and ``files``: what leads out of it.
"""

from eak_core.web.charts.documents import document
from eak_core.web.charts.files import chart_file
from eak_core.web.charts.pictures import chart_bar, init_charts
from eak_core.web.charts.tables import Column, Label, Table
from eak_core.web.charts.values import (
    Bar,
    Bars,
    Chart,
    Flow,
    Grade,
    Line,
    Lines,
    Node,
    Part,
    Place,
    PlaceMap,
    Span,
    Stack,
    Stacks,
    Timeline,
    full_bar,
)

__all__ = [
    "Bar",
    "Bars",
    "Chart",
    "Column",
    "Flow",
    "Grade",
    "Label",
    "Line",
    "Lines",
    "Node",
    "Part",
    "Place",
    "PlaceMap",
    "Span",
    "Stack",
    "Stacks",
    "Table",
    "Timeline",
    "chart_bar",
    "chart_file",
    "document",
    "full_bar",
    "init_charts",
]
