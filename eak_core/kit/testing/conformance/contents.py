"""What the plugin shows: escaped, labelled, without inline style or script, and without faults."""

from collections.abc import Iterator

from eak_core.kit.testing.conformance.exploring import Answer
from eak_core.kit.testing.conformance.hostile import found_in, in_mail
from eak_core.kit.testing.conformance.scene import scene_of
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.pages import Control, Page


def check_pages_answer(trial: Trial) -> None:
    """Every page of the plugin answers everybody without failing, and no hook raises."""
    scene = scene_of(trial)
    for answer in (*scene.typed, *scene.answers):
        assert answer.status < 500, (
            f"{answer.path} fails for the {answer.reader}: {answer.error or answer.status}. Refuse"
            " with an error of eak_core.api, whose sentence is shown."
        )
    faults = trial.faults(scene.site)
    assert not faults, f"A hook of “{trial.name}” raises: {faults[0]}"


def check_controls_are_labelled(trial: Trial) -> None:
    """Every control says what it is for, also to somebody who does not see it."""
    for answer, page in _pages(trial):
        bare = page.unlabelled()
        if not bare:
            continue
        known = {_named(each) for each in _without(trial, answer).unlabelled()}
        bare = [each for each in bare if _named(each) not in known]
        assert not bare, (
            f"{answer.path}, shown to the {answer.reader}: "
            + ", ".join(f"<{each.tag} name={each.name!r}>" for each in bare)
            + " has no label. Use the form macros, or a <label for=…> or aria-label."
        )


def check_nothing_is_inline(trial: Trial) -> None:
    """No style and no script stands in a page: the security policy would block it."""
    for answer, page in _pages(trial):
        if not page.inline or answer.closed:
            continue
        known = _without(trial, answer).inline
        inline = [each for each in page.inline if each not in known]
        assert not inline, (
            f"{answer.path}, shown to the {answer.reader}, has {', '.join(inline)}: put it into a"
            " file of static/ and link that with `plugin_static`."
        )


def check_texts_are_escaped(trial: Trial) -> None:
    """What people typed is text wherever it is shown or sent: on pages, in feeds and exports, in
    mail, after every form of the plugin was filled with what would do harm."""
    scene = scene_of(trial)
    for answer in (*scene.typed, *scene.answers):
        harm = found_in(answer.text, answer.mimetype)
        assert harm is None, f"{answer.path}, shown to the {answer.reader}, {harm}"
    for sent in scene.site.sent:
        for harm in in_mail(sent.payload):
            raise AssertionError(f"A mail of “{trial.name}” ({sent.key}) {harm}")


def _pages(trial: Trial) -> Iterator[tuple[Answer, Page]]:
    for answer in (*scene_of(trial).typed, *scene_of(trial).answers):
        if answer.is_page:
            yield answer, answer.page


def _without(trial: Trial, answer: Answer) -> Page:
    """The page as it is without the plugin; an empty one for the plugin's own."""
    if scene_of(trial).is_own(answer.path):
        return Page("")
    return Page(scene_of(trial).shown_without(answer).text)


def _named(control: Control) -> tuple[str, str]:
    return control.tag, control.name
