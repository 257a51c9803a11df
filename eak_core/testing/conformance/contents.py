"""What the plugin shows: escaped, labelled, without inline style or script, and without faults."""

from collections.abc import Iterator
from typing import NamedTuple

from eak_core.ideas.models import Idea
from eak_core.testing.conformance import addresses
from eak_core.testing.conformance.histories import Play, live_a_little
from eak_core.testing.conformance.trial import READERS, Trial
from eak_core.testing.pages import Page
from eak_core.testing.site import Site

#: A text that would be a tag if anybody forgot to escape it.
HOSTILE = '<b id="unescaped">'


class Shown(NamedTuple):
    """An HTML page as one of the readers was shown it."""

    path: str
    reader: str
    html: str


def check_pages_answer(trial: Trial) -> None:
    """Every page of the plugin answers everybody without failing, and no hook raises."""
    site, _idea = _lively(trial)
    for reader in READERS:
        browser = trial.browser(site, reader)
        for path in _paths(trial, site):
            try:
                answer = browser.get(path)
            except Exception as error:
                raise AssertionError(f"{path} fails for the {reader}: {error!r}") from error
            assert answer.status_code < 500, f"{path} fails for the {reader}: {answer.status}"
    for shown in _core_pages(trial, site, _idea):
        assert shown.html
    faults = trial.faults(site)
    assert not faults, f"A hook of “{trial.name}” raises: {faults[0]}"


def check_controls_are_labelled(trial: Trial) -> None:
    """Every control says what it is for, also to somebody who does not see it."""
    for shown, page, without in _compared(trial):
        known = {(each.tag, each.name) for each in without.unlabelled()} if without else set()
        bare = [each for each in page.unlabelled() if (each.tag, each.name) not in known]
        assert not bare, (
            f"{shown.path}, shown to the {shown.reader}: "
            + ", ".join(f"<{each.tag} name={each.name!r}>" for each in bare)
            + " has no label. Use the form macros, or a <label for=…> or aria-label."
        )


def check_nothing_is_inline(trial: Trial) -> None:
    """No style and no script stands in a page: the security policy would block it."""
    for shown, page, without in _compared(trial):
        inline = [each for each in page.inline if not without or each not in without.inline]
        assert not inline, (
            f"{shown.path}, shown to the {shown.reader}, has {', '.join(inline)}: put it into a"
            " file of static/ and name it in the hook `assets`."
        )


def check_texts_are_escaped(trial: Trial) -> None:
    """What people typed is shown as text, on the plugin's pages and in its slots."""
    site, idea = _lively(trial, HOSTILE)
    for shown in (*_own_pages(trial, site), *_core_pages(trial, site, idea)):
        at = shown.html.find(HOSTILE)
        assert at < 0, (
            f"{shown.path}, shown to the {shown.reader}, has a text that is not escaped:"
            f" …{shown.html[max(0, at - 60) : at + 40].strip()}… Mark as Markup what templates"
            " rendered, nothing else."
        )


def _lively(trial: Trial, title: str = "A tool library") -> tuple[Site, Idea]:
    """A site where the plugin is on and was used, with an idea called ``title``."""
    site = trial.site()
    if title == HOSTILE:
        site.service = site.add_service("culture", f"{HOSTILE}Culture")
        site.people.citizen = site.people.add(f"{HOSTILE}Camille", address="camille")
    site.enable(trial.name)
    live_a_little(trial, site)
    idea = site.submit(title)
    for dice in range(3):
        Play(site).act([(act, dice) for act in trial.acts])
    site.drain()
    return site, idea


def _paths(trial: Trial, site: Site) -> list[str]:
    own = addresses.of_plugin(site, trial.name, site.service)
    plain = [
        each.path
        for each in own
        if not each.made_up and "GET" in (each.rule.methods or ())
        if not each.rule.endpoint.endswith(".static")
    ]
    return [*plain, *trial.pages(site)]


def _own_pages(trial: Trial, site: Site) -> Iterator[Shown]:
    yield from _shown(trial, site, _paths(trial, site))


def _core_pages(trial: Trial, site: Site, idea: Idea) -> Iterator[Shown]:
    values = {
        "service_slug": site.service.slug,
        "idea_id": str(idea.id),
        "slug": idea.slug,
    }
    home = f"/{site.service.slug}/"
    paths = [each.path for each in addresses.of_core(site, values) if each.path.startswith(home)]
    yield from _shown(trial, site, paths)


def _shown(trial: Trial, site: Site, paths: list[str]) -> Iterator[Shown]:
    for reader in READERS:
        browser = trial.browser(site, reader)
        for path in paths:
            answer = browser.get(path)
            if answer.mimetype == "text/html":
                yield Shown(path, reader, answer.text)


def _compared(trial: Trial) -> Iterator[tuple[Shown, Page, Page | None]]:
    """Every page with the plugin on; those of the core beside what they are without it."""
    site, idea = _lively(trial)
    twin = trial.never_installed(site)
    for shown in _own_pages(trial, site):
        yield shown, Page(shown.html), None
    without = {(each.path, each.reader): each.html for each in _core_pages(trial, twin, idea)}
    for shown in _core_pages(trial, site, idea):
        yield shown, Page(shown.html), Page(without[shown.path, shown.reader])
