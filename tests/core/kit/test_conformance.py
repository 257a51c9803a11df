"""The conformance tests see what they are for: each is failed by a plugin that deserves it."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from markupsafe import Markup

from eak_core.kit.testing.conformance import (
    CompanyConformance,
    PluginConformance,
    Trial,
    answers,
    company,
    contents,
    declared,
    freshness,
    gate,
    histories,
    life,
    managing,
    personal,
    purging,
    replays,
    switching,
    tables,
)
from eak_core.kit.testing.conformance.acts import any_idea, submit
from eak_core.kit.testing.conformance.hostile import TYPED, found_in
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from tests.core.kit.bad_plugins import ALONE, BAD, GROUPED
from tests.core.kit.mistakes import Mistake, append, remove, replace, write
from tests.plugins.discussion.test_conformance import comment

CHECKS = (
    answers, company, contents, declared, freshness, gate, histories, life, managing, personal,
    purging, replays, switching, tables,
)  # fmt: skip


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> object:
    """One is enough here: that the checks hold on both is seen where plugins pass them."""
    return request.param


def acts(name: str) -> list[Callable[[Site, Random], None]]:
    """The citizen marks an idea, or takes a mark back."""
    marks = importlib.import_module(f"eak_{name}.marks")

    def change(site: Site, dice: Random, how: str) -> None:
        actor = site.people.actor(site.people.citizen)
        with site.writing() as session:
            idea = any_idea(session, site, dice)
            if idea is not None:
                getattr(marks, how)(session, actor, site.service, idea.id)

    def mark(site: Site, dice: Random) -> None:
        change(site, dice, "mark")

    def unmark(site: Site, dice: Random) -> None:
        change(site, dice, "unmark")

    return [mark, mark, unmark]


@pytest.fixture
def on_trial(sites: Sites, tmp_path: Path) -> Iterator[Callable[..., Trial]]:
    """Puts a plugin on trial that was written with mistakes in it."""
    made: list[str] = []
    before = list(sys.path)

    def put(name: str, *mistakes: Mistake) -> Trial:
        sys.path.insert(0, str(write(name, tmp_path, *mistakes)))
        made.append(name)
        return Trial(name, sites, [f"eak_{name}.plugin"], acts(name))

    yield put
    sys.path[:] = before
    for name in made:
        views = sys.modules.get(f"eak_{name}.views")
        if views is not None and hasattr(views, "undo"):
            views.undo()


@pytest.mark.parametrize("name", [*GROUPED, *ALONE])
def test_a_bad_plugin_fails_the_test_it_deserves(name: str, on_trial: Callable[..., Trial]) -> None:
    deserved = [BAD[each] for each in {**GROUPED, **ALONE}[name]]
    trial = on_trial(name, *(mistake for mistake, _check, _sentence in deserved))
    for _mistake, check, sentence in deserved:
        with pytest.raises(AssertionError) as failure:
            check(trial)
        expected = sentence.replace("PLUGIN", name).replace("ADDRESS", name.replace("_", "-"))
        assert expected in " ".join(str(failure.value).split())


@pytest.mark.parametrize(
    ("mimetype", "text", "sentence"),
    [
        ("application/json", f'["{TYPED}"]', "is no JSON ("),
        ("application/atom+xml", f"<feed><title>{TYPED}</title></feed>", "is no well-formed XML ("),
        (
            "application/atom+xml",
            Markup('<feed><title type="html">{}</title></feed>').format(TYPED),
            "(In a feed, HTML is escaped twice.)",
        ),
        ("application/json", '["It is quiet."]', None),
        ("application/atom+xml", "<feed><title>It is quiet.</title></feed>", None),
    ],
)
def test_what_programs_read_is_examined_in_its_own_form(
    mimetype: str, text: str, sentence: str | None
) -> None:
    harm = found_in(text, mimetype)
    assert harm is None if sentence is None else sentence in (harm or "")


#: What goes wrong beside the discussion alone, and what is said of it.
IN_COMPANY = {
    "stumbles": (
        "assert 'discussion' not in active_plugins(ctx.session, ctx.service_id), 'a crowd'",
        "A handler of “stumbles” raises",
    ),
    "looks_around": (
        "count(ctx, 'seen', ctx.session.scalar(text('SELECT count(*) FROM discussion_comment')))",
        "does not know what it knew when it was on from the start",
    ),
    "elbows": (
        "ctx.session.execute(text('DELETE FROM discussion_comment'))",
        "“elbows”, switched on, changes what other plugins have stored: discussion_comment",
    ),
}


@pytest.mark.parametrize("name", IN_COMPANY)
def test_what_fails_in_company_alone_is_seen_there(
    name: str, on_trial: Callable[..., Trial]
) -> None:
    body, sentence = IN_COMPANY[name]
    event = "PluginEnabled" if name == "elbows" else "IdeaSubmitted"
    handler = f"""
from sqlalchemy import text

from eak_core.api import IdeaSubmitted, PluginEnabled
from eak_core.plugins.per_service.activation import active_plugins


@subscriber(plugin, {event})
def react(event, ctx):
    if "discussion" in active_plugins(ctx.session, ctx.service_id):
        {body}
"""
    alone = on_trial(name, append("eak_PLUGIN/subscribers.py", handler))
    histories.ensure_lives_are_the_same(alone, alone.site(), [(submit, 1)], [(submit, 2)])
    crowd = Trial(
        name,
        alone.sites,
        [f"eak_{name}.plugin", "eak_discussion.plugin"],
        alone.acts,
        beside=["discussion"],
    )
    with pytest.raises(AssertionError, match=sentence):
        company.check_company(crowd, [comment] * 3)


def test_a_plugin_that_is_not_installed_is_told_so(sites: Sites) -> None:
    with pytest.raises(AssertionError, match="No plugin “nowhere” is installed"):
        Trial("nowhere", sites, []).site()


def test_a_plugin_that_cannot_be_loaded_is_told_why(on_trial: Callable[..., Trial]) -> None:
    trial = on_trial("hookless", replace("eak_PLUGIN/plugin.py", "def nav_items", "def nav_item"))
    with pytest.raises(AssertionError, match=r"is “nav_items\(service, actor\)” meant"):
        trial.site()


def test_an_event_without_its_golden_file_is_told(on_trial: Callable[..., Trial]) -> None:
    trial = on_trial("ungolden", remove("tests/golden/PLUGIN.marked.v1.json"))
    folder = Path(trial.found.module.__file__ or "").parents[1]  # type: ignore[union-attr]
    with pytest.raises(AssertionError, match=r"ungolden\.marked version 1 has no golden file"):
        declared.check_golden_files(trial, folder / "tests" / "golden")


def test_every_check_is_among_the_tests_that_plugins_inherit() -> None:
    called = {
        name
        for test in [*vars(PluginConformance).values(), *vars(CompanyConformance).values()]
        for name in getattr(getattr(test, "__code__", None), "co_names", ())
    }
    checks = {name for module in CHECKS for name in vars(module) if name.startswith("check_")}
    assert checks <= called
