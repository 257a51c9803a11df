"""What plugins may use of the core: the only module they import from it.

What stands here keeps its name and meaning between two minor versions. A plugin is a package with
an entry point in the group ``eak.plugins`` that names its ``plugin.py``. There it says who it is,
and answers the hooks it cares about::

    plugin = Plugin(name="voting", title=_l("Votes"), core=">=0.1,<1",
                    permissions={"voting.vote": "citizen"})

    @hookimpl
    def nav_items(service, actor):
        return [NavItem(_l("Votes"), "voting.index")]

What happens is an `Event`, declared with `event` and recorded with `publish` in the transaction of
the change. What follows from it is a `subscriber`: it runs in a worker, exactly once for each
event, and for everything that happened before when the plugin is switched on late::

    @event(plugin, "voting.vote_cast", version=1, subject="idea:{idea_id}")
    class VoteCast(Event):
        '''Somebody voted on an idea.'''

        idea_id: int

    @subscriber(plugin, VoteCast)
    def tally(vote, ctx):
        count(ctx, "votes")

Pages are views of a `PluginBlueprint`, forms are subclasses of `Form` and answered by `attempt`,
tables subclasses of `Model` whose names begin with the plugin's. Functions that change something
take a session and an `Actor`, ask `require` first, and refuse with one of the errors below, whose
sentence is shown. Whatever is visible on a page changes together with an event, because pages are
kept by readers' browsers until the log of their service moves. Nothing leaves for the outside but
through ``ctx.send``, after the commit and never during a replay.

An argument that many functions take means the same in all of them:

- ``session``: the `Session` of the transaction at hand, from `current_session` in views and
  commands, from ``ctx.session`` in handlers;
- ``actor``: who acts, an `Actor`; in a request, ``g.actor``;
- ``service``: a `Service`, or something with its ``id``; in a request, ``g.service``;
- ``service_id``: its id, or `SITE`;
- ``active``: the names of the plugins that are on there; in a request, ``g.active``;
- ``plugin``: the name of a plugin;
- ``owner``: a `Plugin`;
- ``idea``: an `Idea`;
- ``person_id``: the id of a person, as in ``actor.person_id``;
- ``model``: a class of a table, below `Model`;
- ``app``: Flask's application, ``current_app``.
"""

from typing import TYPE_CHECKING, Any

from eak_core import clock, imports
from eak_core.calendar import midnight, months_after
from eak_core.db import Base as Model
from eak_core.db import (
    Session,
    UTCDateTime,
    begin_writing,
    current_session,
    read_session,
    write_session,
)
from eak_core.db.alive import at_work, is_at_work
from eak_core.db.prepared import Prepared
from eak_core.db.soft import SoftRun, soft_commits
from eak_core.db.upsert import insert_many_once, insert_once, upsert
from eak_core.errors import (
    Conflict,
    EakError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Refused,
    TooMany,
)
from eak_core.events import (
    SITE,
    Code,
    Context,
    Event,
    Moved,
    Part,
    Recorded,
    event,
    on_schedule,
    part_of,
    publish,
    schedule,
    subscriber,
    unschedule,
    upcast,
)
from eak_core.events.extracts import past_events, read_log
from eak_core.events.reading import head as log_position
from eak_core.events.reading import position_of as log_position_of
from eak_core.files.addresses import file_url
from eak_core.files.attaching import (
    attach_files,
    describe_pictures,
    remove_files,
    remove_files_of,
)
from eak_core.files.events import FileAdded, FileDescribed, FileRemoved
from eak_core.files.fields import FilesField
from eak_core.files.forms import FilesForm, files_form, save_files
from eak_core.files.models import StoredFile
from eak_core.files.reading import ShownFiles, files_of, shown_files, shown_for_all
from eak_core.files.staging import StagedFile, stage_file
from eak_core.i18n import _, _l, lazy_ngettext, ngettext
from eak_core.ideas.addresses import idea_permalink, idea_url
from eak_core.ideas.criteria import criteria_of, criterion_name, criterion_question
from eak_core.ideas.events import IdeaEdited, IdeaStageChanged, IdeaSubmitted, IdeaWithdrawn
from eak_core.ideas.listing import Labels, idea_labels, matching_ideas
from eak_core.ideas.models import Idea
from eak_core.ideas.rows import public_idea
from eak_core.ideas.subjects import subjects_of
from eak_core.ideas.territory import communes
from eak_core.ideas.transitions import change_stage, has_outcome, next_stages, stage_graph
from eak_core.ideas.visibility import public_ideas
from eak_core.ideas.wording import slug_of
from eak_core.invocation import open_site
from eak_core.keys.models import SigningKey
from eak_core.keys.signing import Signer, published_keys, rotate_key, signer
from eak_core.letters.message import (
    Claimed,
    Dropped,
    NoSuchMailbox,
    Undeliverable,
    Unreachable,
)
from eak_core.letters.suppression import mark_of as mail_mark
from eak_core.letters.suppression import suppression
from eak_core.letters.way import bounces_mailbox, mail_way
from eak_core.moderation.decisions import (
    hidden_ids,
    hidden_reason,
    hidden_reasons,
    hide,
    not_hidden,
    restore,
)
from eak_core.moderation.erasure import Written, loses_its_words
from eak_core.moderation.events import ContentHidden, ContentRestored
from eak_core.networks import client_network
from eak_core.notices.following import follow_by_default, things_named
from eak_core.notices.kinds import NoticeKind, Told, tells
from eak_core.notices.rhythms import last_weekly_digest, next_weekly_digest
from eak_core.notices.together import Digest, due_digests, settle_digest, take_digest
from eak_core.people.accounts import hold_account, person_address, person_since
from eak_core.people.actor import is_agent_address
from eak_core.people.addresses import normal_address
from eak_core.people.events import PersonErased, PersonJoined, RoleGranted, RoleRevoked
from eak_core.people.letters import forget_mail_to, mail_to, send_mail, send_mail_to_address
from eak_core.people.mailing import MailingList, send_mailing, want_again
from eak_core.people.names import person_names
from eak_core.people.roles import managers_of
from eak_core.permissions import Actor, Related, Shared, SignInRequired, may, require
from eak_core.plugins.hooks.contributions import (
    AccountLinks,
    Asset,
    Denial,
    DeskItem,
    FileHolder,
    Held,
    HistoryEntry,
    MailChoice,
    NavItem,
    NewsletterItem,
    NoticeSentence,
    Reportable,
    Today,
    acts_in_no_service,
    acts_where,
    standalone,
)
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.plugins.hooks.importers import (
    ImportedComment,
    ImportedIdea,
    Importer,
    ImportReport,
    RefusedRow,
)
from eak_core.plugins.loading.blueprint import PluginBlueprint
from eak_core.plugins.loading.manifest import Plugin, Stage
from eak_core.plugins.loading.transports import transport
from eak_core.plugins.per_service.counters import count, counted, counts
from eak_core.plugins.per_service.events import PluginConfigured, PluginDisabled, PluginEnabled
from eak_core.plugins.per_service.news import News, news_between
from eak_core.plugins.per_service.settings import plugin_settings
from eak_core.plugins.secrets import plugin_secret
from eak_core.progress import progress_bars
from eak_core.search.finding import matching
from eak_core.search.kinds import Document, Link, SearchKind
from eak_core.search.registered import searched
from eak_core.search.terms import TermFigures, indexed_stems, term_figures
from eak_core.search.words import folded, spelled_stems
from eak_core.services.events import ServiceChanged, ServiceCreated
from eak_core.services.models import Service
from eak_core.web import charts, figures, open_data, render
from eak_core.web.acts import (
    Answer,
    OnceForm,
    ReasonForm,
    attempt,
    finish,
    form_page,
    fragment,
    public_reason,
    reads_first,
)
from eak_core.web.caching import valid_until
from eak_core.web.closed import closed_document
from eak_core.web.drafts import draft, drop_draft, keep_draft
from eak_core.web.edits import EditForm, ensure_unchanged
from eak_core.web.embedding import embeddable
from eak_core.web.fields import CheckboxesField, InstantField, Needed
from eak_core.web.forms import Form
from eak_core.web.i18n import in_paris, period
from eak_core.web.limits import limited
from eak_core.web.links import site_url
from eak_core.web.markdown import markdown, plain_summary
from eak_core.web.open_data.cells import csv_cell
from eak_core.web.pagination import Page, page_number, paginate
from eak_core.web.progress import Progress, progress_answer
from eak_core.web.queries import QueryForm, SearchForm
from eak_core.web.signed_links import SignedLink, is_public_post, say_done
from eak_core.web.tallies import Tally
from eak_core.web.text import REASON_LENGTH, clean_line, clean_lines
from eak_core.web.uploads import takes_files

if TYPE_CHECKING:
    from eak_core.demo.demonstration import Demo
else:

    def __getattr__(name: str) -> Any:
        # Only a demonstration needs what it is played with: no other site loads it.
        if name == "Demo":
            from eak_core.demo.demonstration import Demo

            return Demo
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


#: The plugin, and what it answers
#:
#: For ``plugin.py``: the manifest, the mark of an answer to a hook, and what answers are made of.
#: What the plugin is set to, and what it keeps secret.
__all__ = [
    "AccountLinks",
    "Asset",
    "Denial",
    "DeskItem",
    "HistoryEntry",
    "MailChoice",
    "NavItem",
    "NewsletterItem",
    "Plugin",
    "Stage",
    "Today",
    "acts_in_no_service",
    "acts_where",
    "hookimpl",
    "open_site",
    "plugin_secret",
    "plugin_settings",
    "standalone",
]

#: Events, and what follows from them
#:
#: A fact is published with its change. Handlers follow from it, each once, and what is due at an
#: instant is done by itself.
__all__ += [
    "SITE",
    "Claimed",
    "Code",
    "Context",
    "Event",
    "Moved",
    "Part",
    "Recorded",
    "Reportable",
    "count",
    "counted",
    "counts",
    "event",
    "log_position",
    "log_position_of",
    "on_schedule",
    "part_of",
    "past_events",
    "publish",
    "read_log",
    "schedule",
    "subscriber",
    "transport",
    "unschedule",
    "upcast",
]

#: What the core tells
#:
#: Its own events, to subscribe to.
__all__ += [
    "ContentHidden",
    "ContentRestored",
    "FileAdded",
    "FileDescribed",
    "FileRemoved",
    "IdeaEdited",
    "IdeaStageChanged",
    "IdeaSubmitted",
    "IdeaWithdrawn",
    "PersonErased",
    "PersonJoined",
    "PluginConfigured",
    "PluginDisabled",
    "PluginEnabled",
    "RoleGranted",
    "RoleRevoked",
    "ServiceChanged",
    "ServiceCreated",
]

#: Tables and transactions
#:
#: What a plugin stores, the same on both databases.
__all__ += [
    "Model",
    "Prepared",
    "Session",
    "SoftRun",
    "UTCDateTime",
    "at_work",
    "begin_writing",
    "current_session",
    "insert_many_once",
    "insert_once",
    "is_at_work",
    "read_session",
    "soft_commits",
    "upsert",
    "write_session",
]

#: Who may do what
#:
#: Asked first in each function that changes something.
__all__ += [
    "Actor",
    "Held",
    "Related",
    "Shared",
    "SignInRequired",
    "may",
    "require",
]

#: Refusals
#:
#: Raised with a sentence that the person is shown; nothing is changed then.
__all__ += [
    "Conflict",
    "Dropped",
    "EakError",
    "Forbidden",
    "Gone",
    "Invalid",
    "NoSuchMailbox",
    "NotFound",
    "Refused",
    "TooMany",
    "Undeliverable",
    "Unreachable",
]

#: Services and people
#:
#: Where something happens, who is meant, and how to write to them.
__all__ += [
    "MailingList",
    "Service",
    "bounces_mailbox",
    "communes",
    "forget_mail_to",
    "hold_account",
    "is_agent_address",
    "mail_mark",
    "mail_to",
    "mail_way",
    "managers_of",
    "normal_address",
    "person_address",
    "person_names",
    "person_since",
    "send_mail",
    "send_mail_to_address",
    "send_mailing",
    "suppression",
    "want_again",
]

#: What people are told
#:
#: Who follows what, and hears of it: on the site, and by mail in the rhythm that each has chosen.
__all__ += [
    "Digest",
    "News",
    "NoticeKind",
    "NoticeSentence",
    "Told",
    "due_digests",
    "follow_by_default",
    "last_weekly_digest",
    "news_between",
    "next_weekly_digest",
    "settle_digest",
    "take_digest",
    "tells",
    "things_named",
]

#: Ideas
#:
#: To read them, to name them, and to bring them on.
__all__ += [
    "Idea",
    "Labels",
    "change_stage",
    "criteria_of",
    "criterion_name",
    "criterion_question",
    "has_outcome",
    "idea_labels",
    "idea_permalink",
    "idea_url",
    "matching_ideas",
    "next_stages",
    "public_idea",
    "public_ideas",
    "slug_of",
    "stage_graph",
    "subjects_of",
]

#: What is hidden
#:
#: Contents are hidden with a reason, and lose their words with the account of whoever wrote them.
__all__ += [
    "REASON_LENGTH",
    "Written",
    "hidden_ids",
    "hidden_reason",
    "hidden_reasons",
    "hide",
    "loses_its_words",
    "not_hidden",
    "restore",
]

#: Files and pictures
#:
#: What people attach to something of the plugin, as long as it answers `file_holder` for it. The
#: macros of ``macros/files.html`` show them.
__all__ += [
    "FileHolder",
    "FilesField",
    "FilesForm",
    "ShownFiles",
    "StagedFile",
    "StoredFile",
    "attach_files",
    "describe_pictures",
    "file_url",
    "files_form",
    "files_of",
    "remove_files",
    "remove_files_of",
    "save_files",
    "shown_files",
    "shown_for_all",
    "stage_file",
    "takes_files",
]

#: Search
#:
#: What a plugin lets people find, beside ideas.
__all__ += [
    "Document",
    "Link",
    "SearchKind",
    "TermFigures",
    "folded",
    "indexed_stems",
    "matching",
    "searched",
    "spelled_stems",
    "term_figures",
]

#: Pages
#:
#: Views, what they answer with, how long that holds, and how often it may be asked for.
__all__ += [
    "Answer",
    "Page",
    "PluginBlueprint",
    "Progress",
    "Tally",
    "charts",
    "client_network",
    "closed_document",
    "csv_cell",
    "embeddable",
    "fragment",
    "limited",
    "open_data",
    "page_number",
    "paginate",
    "progress_answer",
    "render",
    "valid_until",
]

#: Forms
#:
#: What people fill in, and the one way to answer it.
__all__ += [
    "CheckboxesField",
    "EditForm",
    "Form",
    "InstantField",
    "Needed",
    "OnceForm",
    "QueryForm",
    "ReasonForm",
    "SearchForm",
    "attempt",
    "clean_line",
    "clean_lines",
    "draft",
    "drop_draft",
    "ensure_unchanged",
    "finish",
    "form_page",
    "keep_draft",
    "public_reason",
    "reads_first",
]

#: Links in mail
#:
#: Whole addresses, and links that prove by themselves what they are for.
__all__ += [
    "SignedLink",
    "is_public_post",
    "say_done",
    "site_url",
]

#: Keys to sign with
#:
#: Ed25519: one that signs now for each purpose, and all that did, published for ever.
__all__ += [
    "Signer",
    "SigningKey",
    "published_keys",
    "rotate_key",
    "signer",
]

#: Words and time
#:
#: What people read, in their language and at their hour.
__all__ += [
    "_",
    "_l",
    "clock",
    "figures",
    "in_paris",
    "lazy_ngettext",
    "markdown",
    "midnight",
    "months_after",
    "ngettext",
    "period",
    "plain_summary",
]

#: What comes from elsewhere
#:
#: For a command that takes in what people have in files; for a plugin that reads the exports of a
#: platform, or keeps what they hold; and for commands that take their time.
__all__ += [
    "ImportReport",
    "ImportedComment",
    "ImportedIdea",
    "Importer",
    "RefusedRow",
    "imports",
    "progress_bars",
]

#: The demonstration
#:
#: For ``demo.py``.
__all__ += [
    "Demo",
]
