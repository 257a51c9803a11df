"""A page that a browser may keep is the page that it would be given anew."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from eak_core.kit.testing.conformance.acts import submit
from eak_core.kit.testing.conformance.life import Life, lived, name_of
from eak_core.kit.testing.conformance.markup import bare, difference
from eak_core.kit.testing.conformance.trial import Trial
from eak_core.kit.testing.conformance.visits import visited

#: How often an act that is refused is tried again, with other dice.
TRIES = 4


#: The validator that the site gives a page: all that a page depends on is in it.
_SITES_OWN = re.compile(r'W/"[0-9a-f]{32}(-\d+)?(:\w+)?"')


@dataclass
class _Kept:
    tag: str
    body: bytes

    @property
    def by_the_head(self) -> bool:
        """Whether each event of the service makes it another."""
        return _SITES_OWN.fullmatch(self.tag) is not None


def check_pages_change_with_events(trial: Trial) -> None:
    """After each act, whatever the site lets a visitor's browser keep is still true."""
    life = lived(trial)
    # Whoever is made by an act would be an event, in whose shadow the act could hide.
    people = life.site.people
    _ = people.agent, people.manager, people.administrator
    look = _Look(trial, life)
    look.ahead()
    for act in dict.fromkeys([submit, *trial.acts]):
        for dice in range(100, 100 + TRIES):
            if act in life.silent:
                look.ahead()
            before = life.head()
            refused = life.play.one(act, dice) is not None
            if life.head() != before:
                look.after_an_event(name_of(act))
            elif refused:
                # It was rolled back, and there is nothing to see.
                continue
            elif act in life.silent:
                look.again(name_of(act))
            else:
                # Nobody has looked, since there was an event each time so far.
                life.silent.add(act)
                continue
            if not refused:
                break


class _Look:
    """A visitor's browser that has been on all pages, and comes back after acts."""

    def __init__(self, trial: Trial, life: Life) -> None:
        self.trial, self.site, self.life = trial, life.site, life
        self.browser = life.site.browser()
        self.kept: dict[str, _Kept] = {}
        self.stale: set[str] = set()
        #: Of which browsers keep nothing, when they were last looked at: those that ask to sign in,
        #: show forms or are not there.
        self.unkept: set[str] = set()

    def ahead(self) -> None:
        """Look at what nobody knows as it is now."""
        self._look("", beside=set(self.kept) - self.stale)

    def after_an_event(self, act: str) -> None:
        """What the site vouches for is another page since then, and is read again before that
        matters. What it does not is looked at now."""
        self.stale = {path for path, known in self.kept.items() if known.by_the_head}
        self._look(act, beside=self.stale | self.unkept)

    def again(self, act: str) -> None:
        """Look at every page that is kept, and anew at those that the site says are what they
        were."""
        self._look(act, beside=self.unkept)

    def _look(self, act: str, *, beside: Collection[str] = ()) -> None:
        with self.life.play.still():
            for path in visited(self.trial, self.site):
                if path in beside:
                    continue
                known = self.kept.pop(path, None)
                if path in self.stale:
                    self.stale.discard(path)
                    known = None
                tags = {"If-None-Match": known.tag} if known else {}
                got = self.browser.get(path, headers=tags)
                if known is not None and got.status_code == 304:
                    got = self.browser.get(path)
                    self._ensure_same(path, act, known.body, bare(got))
                self.unkept.add(path)
                if got.status_code == 200 and (tag := got.headers.get("ETag")):
                    self.kept[path] = _Kept(tag, bare(got))
                    self.unkept.discard(path)

    def _ensure_same(self, path: str, act: str, before: bytes, now: bytes) -> None:
        assert now == before, (
            f"{path} changed with the act “{act}” of “{self.trial.name}”, and browsers that were"
            f" there before keep the old page: {difference(before, now)}. Publish an event of the"
            " service with each change that a page shows, or say `valid_until` where it changes at"
            " an instant."
        )
