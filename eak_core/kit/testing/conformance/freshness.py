"""A page that a browser may keep is the page that it would be given anew."""

from dataclasses import dataclass

from eak_core.kit.testing.conformance.acts import submit
from eak_core.kit.testing.conformance.life import Life, name_of
from eak_core.kit.testing.conformance.markup import bare, difference
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.conformance.visits import visited
from eak_core.kit.testing.site import Site

#: How often an act that is refused is tried again, with other dice.
TRIES = 3


@dataclass
class _Kept:
    tag: str
    body: bytes


def check_pages_change_with_events(trial: Trial) -> None:
    """After each act, whatever the site lets a visitor's browser keep is still true."""
    site = trial.site()
    # Whoever is made by an act would be an event, in whose shadow the act could hide.
    _ = site.people.citizen, site.people.agent, site.people.manager
    _ = site.people.administrator
    site.enable(trial.name)
    life = Life(trial, site)
    life.round()
    look = _Look(trial, site, life)
    look.again("")
    for act in dict.fromkeys([submit, *trial.acts]):
        # What is refused was rolled back, and there is nothing to see.
        if any(life.play.one(act, 100 + number) is None for number in range(TRIES)):
            look.again(name_of(act))


class _Look:
    """A visitor's browser that has been on all pages, and comes back after each act."""

    def __init__(self, trial: Trial, site: Site, life: Life) -> None:
        self.trial, self.site, self.life = trial, site, life
        self.browser = site.browser()
        self.kept: dict[str, _Kept] = {}

    def again(self, act: str) -> None:
        """Look at every page, and anew at those that the site says are what they were."""
        with self.life.play.still():
            for path in visited(self.trial, self.site):
                known = self.kept.pop(path, None)
                tags = {"If-None-Match": known.tag} if known else {}
                got = self.browser.get(path, headers=tags)
                if known is not None and got.status_code == 304:
                    got = self.browser.get(path)
                    self._ensure_same(path, act, known.body, bare(got))
                if got.status_code == 200 and (tag := got.headers.get("ETag")):
                    self.kept[path] = _Kept(tag, bare(got))

    def _ensure_same(self, path: str, act: str, before: bytes, now: bytes) -> None:
        assert now == before, (
            f"{path} changed with the act “{act}” of “{self.trial.name}”, and browsers that were"
            f" there before keep the old page: {difference(before, now)}. Publish an event of the"
            " service with each change that a page shows, or say `valid_until` where it changes at"
            " an instant."
        )
