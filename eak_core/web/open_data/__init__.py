"""What leads out of a page, for programs and other sites: feeds, calendars, tables, JSON.

Each answer is complete before it leaves, however many rows it has, with one part of them in memory;
is answered 304 where nothing has changed, as pages are; and names whole addresses, on the site's
own (`base_url`).

- ``feeds``: Atom (RFC 4287); ``calendars``: iCalendar (RFC 5545);
- ``cells``: CSV that no spreadsheet program takes for formulas;
- ``files``: CSV and JSON of records, part by part, and the schema that describes them;
- ``downloads``: how a file leaves.

Templates show what there is with the macro ``reuse`` of ``macros/open_data.html``.
"""

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

__all__ = [
    "Appointment",
    "Entry",
    "Feed",
    "atom",
    "calendar",
    "csv_file",
    "download",
    "json_file",
    "json_parts",
    "kept",
    "record_rows",
    "schema_file",
]
