"""Plugins that do what a plugin must not do, each with the check that fails it and what it says.

In sentences, PLUGIN stands for the plugin's name and ADDRESS for its segment.
"""

from collections.abc import Callable

from eak_core.kit.testing.conformance import (
    Trial,
    answers,
    contents,
    declared,
    freshness,
    gate,
    histories,
    managing,
    personal,
    purging,
    replays,
    switching,
    tables,
)
from tests.core.kit.mistakes import Files, Mistake, append, remove, replace

Check = Callable[[Trial], None]


def before_every_request(body: str) -> Mistake:
    """A plugin that gets in front of the gate."""
    return append(
        "eak_PLUGIN/views.py",
        f"""
from flask import abort, request


def meddle():
    {body}


blueprint.record(lambda state: state.app.before_request_funcs[None].insert(0, meddle))
""",
    )


def after_every_request(condition: str) -> Mistake:
    """A plugin that adds something to answers."""
    return append(
        "eak_PLUGIN/views.py",
        f"""
from flask import request


def meddle(response):
    if response.mimetype == "text/html" and {condition}:
        response.data = response.data.replace(b"</main>", b"Meddled</main>")
    return response


blueprint.record(lambda state: state.app.after_request(meddle))
""",
    )


def haunting(files: Files) -> None:
    """A plugin that misses its table, and says so to everybody."""
    after_every_request("is_gone()")(files)
    append("eak_PLUGIN/views.py", IS_GONE)(files)


IS_GONE = """

import sqlalchemy as sa

from eak_core.db import db


def is_gone():
    return not sa.inspect(db.engine).has_table("PLUGIN_mark")
"""
AT_EVERY_SIGNAL = append(
    "eak_PLUGIN/views.py",
    """
from flask import request_started


def meddle(sender, **about):
    pass


request_started.connect(meddle)


def undo():
    request_started.disconnect(meddle)
""",
)


def on_submission(body: str) -> Mistake:
    """A plugin with a handler of its own."""
    return append(
        "eak_PLUGIN/subscribers.py",
        f"""
from eak_core.api import IdeaSubmitted


@subscriber(plugin, IdeaSubmitted)
def react(event, ctx):
    {body}
""",
    )


AT_EVERY_COMMIT = append(
    "eak_PLUGIN/views.py",
    """
from eak_core.events import committed

KEPT = []


def keep(session, **_):
    KEPT.extend([] for _time in range(5))


committed.connect(keep)


def undo():
    committed.disconnect(keep)
""",
)
BEHIND_THE_LOG = append(
    "eak_PLUGIN/views.py",
    """
import sqlalchemy as sa

from eak_core.ideas.models import StageChange

COUNT = (
    "INSERT INTO plugin_counter (service_id, plugin, name, subject, value)"
    " VALUES (1, 'PLUGIN', 'moves', 'move:' || :id, 1)"
)


def note(mapper, connection, change):
    connection.execute(sa.text(COUNT), {"id": change.id})


sa.event.listen(StageChange, "after_insert", note)


def undo():
    sa.event.remove(StageChange, "after_insert", note)
""",
)
MANAGING = """
from eak_core.api import require
from flask import abort

manage = PluginBlueprint(plugin, __name__, area="manage")


@manage.get("AT")
def table(TAKES) -> str:
    GUARD
    return render("PLUGIN/index.html", ideas=[])


@manage.post("/empty")
def empty() -> str:
    return "emptied"
"""


def managing_behind(guard: str, *, at: str = "/", takes: str = "") -> Mistake:
    """A plugin with pages under ``gestion``."""
    pages = MANAGING.replace("GUARD", guard).replace("AT", at).replace("TAKES", takes)
    return append("eak_PLUGIN/views.py", pages)


A_FORM = """
{% if may("PLUGIN.mark") %}
<form method="post" action="{{ url_for('PLUGIN.keep') }}">
  <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
  <label>Say why <input name="why"></label><button>Send</button>
</form>
{% endif %}
"""
KEEPS_NOTES = """
from flask import Response, request
from markupsafe import Markup

KEPT = {}


@blueprint.post("/keep")
def keep():
    KEPT["why"] = request.form["why"]
    return finish(None, "./")


@blueprint.get("/kept.ENDING")
def kept():
    return Response(BODY, mimetype="TYPE")
"""


def typed_into(ending: str, mimetype: str, body: str) -> Mistake:
    """A plugin with a form, and an address where what was typed into it is sent from."""
    keeps = KEEPS_NOTES.replace("ENDING", ending).replace("TYPE", mimetype).replace("BODY", body)

    def change(files: Files) -> None:
        append("eak_PLUGIN/views.py", keeps)(files)
        append(ASIDE, A_FORM)(files)

    return change


AS_A_ROW = "'why\\n\"' + KEPT.get('why', '').replace('\"', '\"\"') + '\"\\n'"
IN_A_LETTER = """
    from eak_core.api import Idea
    title = ctx.session.get_one(Idea, event.idea_id).title
    letter = {"to": "a@example.org", "subject": "S", "text": title, "html": f"<p>{title}</p>"}
    ctx.send("mail", letter)
"""
UPGRADE = "eak_PLUGIN/migrations/versions/0001_marks.py"


def upgrading(statement: str) -> Mistake:
    """A plugin whose migration does something else besides."""
    return append(UPGRADE, f"    op.execute({statement!r})\n")


def later(statement: str) -> Mistake:
    """A plugin whose second migration does something careless."""

    def change(files: Files) -> None:
        second = files[UPGRADE].replace('"0001"', '"0002"').partition("def upgrade")[0]
        second = second.replace("down_revision = None", 'down_revision = "0001"')
        files["eak_PLUGIN/migrations/versions/0002_more.py"] = (
            f"{second}def upgrade() -> None:\n    {statement}\n\n\n"
            "def downgrade() -> None:\n    pass\n"
        )

    return change


A_TABLE = """

class Scrap(Model):
    \"\"\"A table that no migration makes.\"\"\"

    __tablename__ = "PLUGIN_scrap"

    id: Mapped[int] = mapped_column(primary_key=True)
"""


def hook(name: str, answer: str, arguments: str = "") -> Mistake:
    """A plugin that answers one hook more."""
    return append(
        "eak_PLUGIN/plugin.py", f"\n\n@hookimpl\ndef {name}({arguments}):\n    {answer}\n"
    )


INDEX = "eak_PLUGIN/templates/PLUGIN/index.html"
ASIDE = "eak_PLUGIN/templates/PLUGIN/aside.html"

BAD: dict[str, tuple[Mistake, Check, str]] = {
    "trespasser": (
        before_every_request('"/PLUGIN" in request.path and abort(403)'),
        gate.check_off_is_not_found,
        "answers 403 FORBIDDEN to the visitor while “PLUGIN” is off in /culture/, and 404",
    ),
    "lookalike": (
        after_every_request('"/PLUGIN" in request.path'),
        gate.check_off_is_not_found,
        "gives another 404 than the core's",
    ),
    "showy": (
        after_every_request("response.status_code == 200"),
        gate.check_off_leaves_no_byte,
        "differs between “PLUGIN” off and was never on and never installed: there is",
    ),
    "elsewhere": (
        before_every_request('request.path.startswith("/routes/PLUGIN") and abort(403)'),
        gate.check_invisible_elsewhere,
        "answers 403 FORBIDDEN to the visitor while “PLUGIN” is off in /routes/",
    ),
    "listener": (
        AT_EVERY_SIGNAL,
        gate.check_listens_to_no_signal,
        "eak_PLUGIN.views of “PLUGIN” listens to the signal request-started",
    ),
    "hoards": (AT_EVERY_COMMIT, switching.check_switching_leaves_nothing, "more objects are alive"),
    "live_only": (
        on_submission('ctx.replaying or count(ctx, "ideas")'),
        histories.check_early_is_late_is_rebuilt,
        "does not know what it knew when it was on from the start",
    ),
    "clock_reader": (
        on_submission(
            "from eak_core.api import clock; count(ctx, f'at_{clock.now().minute}')"
        ),
        histories.check_early_is_late_is_rebuilt,
        "does not know what it knew when it was on from the start",
    ),
    "raising": (
        on_submission('raise ValueError("not today")'),
        histories.check_early_is_late_is_rebuilt,
        "A handler of “PLUGIN” raises",
    ),
    "loud": (
        on_submission(
            'ctx.send("mail", {"to": "a@example.org", "subject": "S", "text": "T"},'
            " even_in_replay=True)"
        ),
        replays.check_nothing_leaves_in_replay,
        "when it catches up with what happened before it was on",
    ),
    "behind_log": (
        BEHIND_THE_LOG,
        purging.check_off_and_purged,
        "stored something while it was off",
    ),
    "hangs_on": (
        upgrading("CREATE VIEW PLUGIN_all AS SELECT * FROM PLUGIN_mark"),
        purging.check_off_and_purged,
        "The migrations of “PLUGIN” cannot run again after a purge",
    ),
    "numbers_itself": (
        replace(
            "eak_PLUGIN/marks.py",
            '    values = {',
            "    values = {\n"
            '        "id": (session.scalar(select(func.max(Mark.id))) or 0) + 1,',
        ),
        purging.check_off_and_purged,
        "PLUGIN_mark: the number 1 was given out again",
    ),
    "haunts": (
        haunting,
        gate.check_off_leaves_no_byte,
        "differs between “PLUGIN” purged after it was used and never installed: there is",
    ),
    "unguarded": (
        append(
            "eak_PLUGIN/views.py",
            "\n\nblueprint.record(lambda at: [at.app.view_functions[name].__dict__.update("
            "is_public_post=True) for name in at.app.view_functions if 'PLUGIN' in name])\n",
        ),
        managing.check_nothing_is_written_without_a_token,
        "answers 403 FORBIDDEN without a signature",
    ),
    "no_reset": (
        replace("eak_PLUGIN/plugin.py", "@hookimpl\ndef reset_projections", "def _nothing"),
        declared.check_it_can_be_built_anew,
        "does not answer the hook reset_projections",
    ),
    "no_column": (
        append("eak_PLUGIN/models.py", "    note: Mapped[str | None]\n"),
        tables.check_migrations_make_the_models,
        "add_column PLUGIN_mark",
    ),
    "empty_handed": (
        later('op.add_column("PLUGIN_mark", sa.Column("why", sa.Text(), nullable=False))'),
        tables.check_migrations_keep_what_is_there,
        "The migrations of “PLUGIN” after 0001 fail where rows stand in its tables",
    ),
    "forgetful": (
        later("op.execute(\"DELETE FROM PLUGIN_mark WHERE marked_at < '2999-01-01'\")"),
        tables.check_migrations_keep_what_is_there,
        "after 0001 change what people have entered: PLUGIN_mark: no rows",
    ),
    "overbearing": (
        later('op.execute("UPDATE PLUGIN_mark SET marked_at = date(marked_at)")'),
        tables.check_migrations_keep_what_is_there,
        "PLUGIN_mark.marked_at: 2027-03-01 12:00:00 became 2027-03-01 00:00:00",
    ),
    "no_migration": (
        remove("eak_PLUGIN/migrations/versions/0001_marks.py"),
        tables.check_migrations_make_the_models,
        "has tables (PLUGIN_mark) and no folder migrations/versions",
    ),
    "bad_hook": (
        replace("eak_PLUGIN/plugin.py", "return [NavItem", "raise ValueError\n    return [NavItem"),
        contents.check_pages_answer,
        "A hook of “PLUGIN” raises: Traceback",
    ),
    "bad_page": (
        replace("eak_PLUGIN/views.py", "    shown = plugin", "    1 / 0\n    shown = plugin"),
        contents.check_pages_answer,
        "/culture/ADDRESS/ fails for the visitor",
    ),
    "mute": (
        append(ASIDE, '<form><input name="clap"></form>'),
        contents.check_controls_are_labelled,
        "<input name='clap'> has no label",
    ),
    "mute_page": (
        replace(INDEX, "<h1>", '<input name="q"><h1>'),
        contents.check_controls_are_labelled,
        "/culture/ADDRESS/, shown to the visitor: <input name='q'> has no label",
    ),
    "styled": (
        append(ASIDE, '<p style="color: red">Red</p>'),
        contents.check_nothing_is_inline,
        "has <p style=…>",
    ),
    "unescaped": (
        append(ASIDE, "{{ idea.title|safe }}"),
        contents.check_texts_are_escaped,
        "has a text that is not escaped",
    ),
    "no_csv": (
        typed_into("csv", "text/csv", AS_A_ROW),
        contents.check_texts_are_escaped,
        "has a cell that a spreadsheet would run: '=1+2",
    ),
    "no_mail": (
        on_submission(IN_A_LETTER),
        contents.check_texts_are_escaped,
        "A mail of “PLUGIN” (",
    ),
    "english": (
        append("eak_PLUGIN/forms.py", '\nEXTRA = _l("Not said in French")\n'),
        declared.check_texts_are_translated,
        "“Not said in French” is not translated",
    ),
    "settled": (
        replace("eak_PLUGIN/forms.py", "default=10", "default=1000"),
        declared.check_settings_are_sane,
        "do not pass the checks of its settings form",
    ),
    "clings": (
        replace("eak_PLUGIN/plugin.py", "    marks.erase_person(session, person_id)", "    return"),
        personal.check_personal_data,
        "After the erasure of a person, PLUGIN_mark of “PLUGIN” still names them",
    ),
    "never_publishes": (
        replace("eak_PLUGIN/marks.py", "Mark.id) is not None:", "Mark.id) == 0:"),
        declared.check_what_is_declared_happens,
        "The event PLUGIN.marked of “PLUGIN” never happens in what `acts` do",
    ),
    "always_raises": (
        replace("eak_PLUGIN/subscribers.py", 'count(ctx, "marks")', "raise ValueError(event)"),
        declared.check_what_is_declared_happens,
        "A handler of “PLUGIN” raises",
    ),
    "waits_in_vain": (
        append("eak_PLUGIN/subscribers.py", """

@subscriber(plugin, "elsewhere.happened")
def wait(event, ctx):
    count(ctx, "never")
"""),
        declared.check_what_is_declared_happens,
        "The handler wait (elsewhere.happened) of “PLUGIN” never runs",
    ),
    "never_due": (
        append("eak_PLUGIN/subscribers.py", """
from eak_core.api import on_schedule


@on_schedule(plugin, "sweep")
def sweep(session, service, name, due_at):
    pass
"""),
        declared.check_what_is_declared_happens,
        "What “sweep” of “PLUGIN” does is never due in what `acts` do",
    ),
    "behind_back": (
        replace("eak_PLUGIN/marks.py", "    for each in gone:", "    for each in gone[1:]:"),
        freshness.check_pages_change_with_events,
        "changed with the act “unmark” of “PLUGIN”, and browsers that were there before keep",
    ),
    "open_house": (
        managing_behind(""),
        managing.check_managing_is_closed,
        "GET /culture/gestion/ADDRESS/ of “PLUGIN” answers 200 to the visitor, and is for",
    ),
    "back_door": (
        managing_behind('require(g.actor, "service.manage", g.service)'),
        managing.check_managing_is_closed,
        "POST /culture/gestion/ADDRESS/empty of “PLUGIN” answers 200 to the visitor",
    ),
    "unfindable": (
        managing_behind("abort(404)", at="/<int:number>", takes="number"),
        managing.check_managing_is_closed,
        "so nothing shows that it is closed to others",
    ),
    "forty_two": (
        replace("eak_PLUGIN/plugin.py", "return [NavItem", "return 42\n    return [NavItem"),
        answers.check_hooks_answer_in_shape,
        "nav_items of “PLUGIN” answers 42: expected several, got int",
    ),
    "slot_two": (
        hook("slot_service_home", "return 42"),
        answers.check_hooks_answer_in_shape,
        "slot_service_home of “PLUGIN” answers 42: expected",
    ),
    "holder_two": (
        hook("file_holder", "return 42", "session, service, subject, actor"),
        answers.check_hooks_answer_in_shape,
        "file_holder of “PLUGIN” answers 42: expected",
    ),
    "scrap_table": (
        append("eak_PLUGIN/models.py", A_TABLE),
        tables.check_migrations_make_the_models,
        "add_table PLUGIN_scrap",
    ),
    "meddler": (
        upgrading("CREATE VIEW everything AS SELECT * FROM idea"),
        tables.check_core_upgrades_without_it,
        "The migrations of “PLUGIN” change what is not its own: view everything",
    ),
    "half_way": (
        upgrading("COMMIT"),
        tables.check_two_processes_may_migrate,
        "dies while it migrates “PLUGIN” leaves PLUGIN_alembic_version, PLUGIN_mark behind",
    ),
    "secretive": (
        replace("eak_PLUGIN/plugin.py", "marks.export_person(session, person_id)", "{}"),
        personal.check_personal_data,
        "export_person gives them nothing",
    ),
    "silent": (
        replace("eak_PLUGIN/plugin.py", "@hookimpl\ndef export_person", "def _copy"),
        personal.check_personal_data,
        "does not answer the hook export_person",
    ),
}  # fmt: skip

#: Mistakes that hide none of the others: made in one plugin, they share what it costs to see them.
TOGETHER = (
    (
        "careless",
        *("mute", "styled", "unescaped", "back_door", "no_reset", "never_due", "forty_two"),
    ),
    (
        "clumsy",
        *("mute_page", "open_house", "unguarded", "waits_in_vain", "no_csv", "slot_two"),
    ),
    ("failing", "bad_hook", "always_raises", "no_mail", "settled"),
    ("absent", "bad_page", "unfindable", "holder_two", "never_publishes"),
)
GROUPED = {name: names for name, *names in TOGETHER}
_SHARING = {each for names in GROUPED.values() for each in names}
ALONE = {name: [name] for name in BAD if name not in _SHARING}
