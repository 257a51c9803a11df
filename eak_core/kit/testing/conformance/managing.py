"""Managers' pages, and the administration's, are closed to everybody else; and nothing is written
without a token."""

from collections.abc import Iterator
from typing import NamedTuple

from werkzeug.routing import Rule

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.conformance import addresses
from eak_core.kit.testing.conformance.exploring import Answer, ask
from eak_core.kit.testing.conformance.scene import scene_of
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.pages import Page
from eak_core.plugins.loading.blueprint import PREFIXES
from eak_core.web.signed_links import PUBLIC_POST, LinkRefused

_SIGN_IN = "/compte/connexion"


class Closed(NamedTuple):
    """A rule that is for the ``keepers`` alone, and who must not come in."""

    rule: Rule
    keepers: str
    others: tuple[str, ...]


def check_managing_is_closed(trial: Trial) -> None:
    """Every address under ``gestion`` and ``admin`` refuses whoever has no business there, to be
    read and to be written to, and can be opened by who has."""
    scene = scene_of(trial)
    # Whoever signed in at another time than that of the scene would be signed in no more.
    with scene.life.play.still():
        for closed in _closed(trial):
            path, methods = scene.explorer.known(closed.rule), closed.rule.methods or set()
            if "GET" in methods:
                _ensure_known(trial, closed, path)
            for reader in closed.others:
                browser = trial.browser(scene.site, reader)
                if "GET" in methods:
                    _ensure_refused(trial, closed, "GET", ask(browser, reader, path))
                if "POST" in methods:
                    data = {"csrf_token": token(browser)}
                    _ensure_refused(trial, closed, "POST", ask(browser, reader, path, data=data))


def check_nothing_is_written_without_a_token(trial: Trial) -> None:
    """Each address of the plugin that takes more than a reading refuses what comes without the
    token of a form, whoever sends it: another site could have sent it. One that a `SignedLink`
    opens refuses what nobody signed."""
    site = scene_of(trial).site
    for address in addresses.of_plugin(site, trial.name, site.service):
        signed = hasattr(site.app.view_functions[address.rule.endpoint], PUBLIC_POST)
        for method in sorted((address.rule.methods or set()) & addresses.WRITING):
            answer = trial.browser(site, "administrator").open(address.path, method=method)
            assert answer.status_code == (LinkRefused.status if signed else 400), (
                f"{method} {address.rule.rule} of “{trial.name}” answers {answer.status} without a"
                f" {'signature' if signed else 'token'}, so another site can have it sent by"
                " whoever is signed in here: leave the protection of forms as it is, and let"
                " nothing but a SignedLink open what is sent without a form."
            )


def _closed(trial: Trial) -> Iterator[Closed]:
    manage, admin = PREFIXES["manage"].split("{")[0], PREFIXES["admin"].split("{")[0]
    agents = () if trial.lets_in("agent") else ("agent",)
    scene = scene_of(trial)
    for address in addresses.of_plugin(scene.site, trial.name, scene.site.service):
        if address.rule.rule.startswith(manage):
            yield Closed(address.rule, "manager", ("visitor", "citizen", *agents))
        elif address.rule.rule.startswith(admin):
            others = ("visitor", "citizen", "agent", "manager")
            yield Closed(address.rule, "administrator", others)


def _ensure_known(trial: Trial, closed: Closed, path: str) -> None:
    """That nobody finds anything at an address says nothing about who may."""
    browser = trial.browser(scene_of(trial).site, closed.keepers)
    answer = ask(browser, closed.keepers, path)
    known = answer.status not in {403, 404} and not _asks_to_sign_in(answer)
    assert known, (
        f"{closed.rule.rule} of “{trial.name}” answers {answer.status} to the {closed.keepers} at"
        f" {path}, so nothing shows that it is closed to others: link it from a page, or give in"
        " `pages` an address of it that the acts have led to."
    )


def _ensure_refused(trial: Trial, closed: Closed, method: str, answer: Answer) -> None:
    assert _asks_to_sign_in(answer) or answer.status in {401, 403, 404}, (
        f"{method} {answer.path} of “{trial.name}” answers {answer.status} to the {answer.reader},"
        f" and is for the {closed.keepers}: ask `require(g.actor, …)` for a permission of theirs"
        " before anything else, best in a `before_request` of the blueprint."
    )


def _asks_to_sign_in(answer: Answer) -> bool:
    return answer.status in {302, 303} and _SIGN_IN in answer.location


def token(browser: Browser) -> str:
    """What a form of this browser's person is sent with."""
    for form in Page(browser.get(_SIGN_IN, follow_redirects=True).text).forms:
        for control in form.controls:
            if control.name == "csrf_token":
                return control.attributes.get("value", "")
    raise AssertionError("no page gave a token")
