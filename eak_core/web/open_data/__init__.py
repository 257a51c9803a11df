"""What leads out of a page, for programs and other sites: feeds, calendars, tables, JSON.

Each answer is complete before it leaves, however many rows it has, with one part of them in memory;
is answered 304 where nothing has changed, as pages are; and names whole addresses, on the site's
own (`base_url`). Archives alone leave while they are made: their last bytes are their table of
contents, so one that breaks off opens in no program.

- ``feeds``: Atom (RFC 4287); ``calendars``: iCalendar (RFC 5545);
- ``cells``: CSV that no spreadsheet program takes for formulas;
- ``files``: CSV and JSON of records, part by part, and the schema that describes them;
- ``sets``: the same of a set that was declared once (`DataSet`), which stands in the archive of its
  service and in the catalogue of the site too; ``archives``: such an archive;
- ``downloads``: how a file leaves.

Templates show what there is with the macro ``reuse`` of ``macros/open_data.html``.
"""

from eak_core.plugins.hooks.datasets import Column, DataSet, Record, column
from eak_core.web.open_data.calendars import Appointment, calendar
from eak_core.web.open_data.downloads import download
from eak_core.web.open_data.feeds import Entry, Feed, atom
from eak_core.web.open_data.files import (
    csv_file,
    json_file,
    json_parts,
    kept,
    record_rows,
    schema_file,
)
from eak_core.web.open_data.sets import csv_of, head_at, json_of, parts_of

__all__ = [
    "Appointment",
    "Column",
    "DataSet",
    "Entry",
    "Feed",
    "Record",
    "atom",
    "calendar",
    "column",
    "csv_file",
    "csv_of",
    "download",
    "head_at",
    "json_file",
    "json_of",
    "json_parts",
    "kept",
    "parts_of",
    "record_rows",
    "schema_file",
]
