"""A site where a plugin is on and was used by people who mean harm, and what everybody sees of it.

It is made once for all checks that only look.
"""

from functools import cached_property

from eak_core.kit.testing.conformance import addresses
from eak_core.kit.testing.conformance.exploring import Answer, Explorer, ask, fill
from eak_core.kit.testing.conformance.hostile import HOSTILE, retype
from eak_core.kit.testing.conformance.life import lived
from eak_core.kit.testing.conformance.trial import READERS, Trial
from eak_core.kit.testing.site import Site

#: Who looks on PostgreSQL: what pages say is seen on SQLite, their queries must work on both.
FEW = ("visitor", "manager")


class Scene:
    """``site``, with the ``life`` it has had, the plugin's pages that were found (``explorer``),
    and the ``answers`` that each reader was given, there and on the core's pages of the service."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.life = lived(trial)
        self.site = self.life.site
        self.explorer = Explorer(trial, self.site)
        self.typed: list[Answer] = []
        self.life.live()
        if trial.sites.kind == "sqlite" or any(self.life.missing()):
            # Pages show what is left of somebody who has gone, and what others do after that.
            self.life.farewell()
            self.life.round()
        with self.life.play.still():
            self.idea = self.site.submit(HOSTILE)
            if trial.sites.kind == "sqlite":
                self._explore()
                self._type()
                self.site.drain()
                with self.site.writing() as session:
                    retype(session, trial.tables())
            self.answers = self._looked_at()

    def _explore(self) -> None:
        for reader in ("administrator", "citizen"):
            self.explorer.walk(reader, self._beginning(self.site))

    def _type(self) -> None:
        """Send each form of the plugin once for each who was shown it, and see what is answered."""
        for (reader, *_form), (action, form) in list(self.explorer.forms.items()):
            sent = fill(form)
            if sent is None:
                continue
            browser = self.trial.browser(self.site, reader)
            answer = ask(browser, reader, action, data=sent)
            self.typed.append(answer)
            if answer.location.startswith(("/", "http://localhost/")):
                self.typed.append(ask(browser, reader, answer.location))

    def _looked_at(self) -> list[Answer]:
        beginning = self._beginning(self.site)
        found = [path for paths in self.explorer.paths.values() for path in paths]
        readers = READERS if self.trial.sites.kind == "sqlite" else FEW
        answers = []
        for reader in readers:
            browser = self.trial.browser(self.site, reader)
            paths = dict.fromkeys([*beginning, *addresses.LEADING, *found])
            answers += [ask(browser, reader, each) for each in paths if self._is_for(reader, each)]
        return answers

    def _is_for(self, reader: str, path: str) -> bool:
        """Whether ``reader`` is shown what stands at ``path``. That the plugin's pages under
        ``gestion`` and ``admin`` are closed to others is seen where each of them is asked for
        (`managing`); the refusal is a page of the core's."""
        first, second = f"{path}//".split("/")[1:3]
        if first == "admin":
            return reader == "administrator"
        if second != "gestion":
            return True
        return reader in {"manager", "administrator"} or self.trial.lets_in(reader)

    def _beginning(self, site: Site) -> list[str]:
        own = [
            each.path
            for each in addresses.of_plugin(site, self.trial.name, site.service)
            if not each.made_up and "GET" in (each.rule.methods or ())
        ]
        return [*own, *self.trial.pages(site), *self.core_paths(site)]

    def core_paths(self, site: Site) -> list[str]:
        """The core's pages of the service."""
        values = {
            "service_slug": site.service.slug,
            "idea_id": str(self.idea.id),
            "slug": self.idea.slug,
        }
        home = f"/{site.service.slug}/"
        return [each.path for each in addresses.of_core(site, values) if each.path.startswith(home)]

    @cached_property
    def without(self) -> Site:
        """The same database, seen by an application that does not have the plugin."""
        return self.trial.never_installed(self.site)

    def shown_without(self, answer: Answer) -> Answer:
        """What is shown in its place where the plugin was never installed."""
        with self.life.play.still():
            browser = self.trial.browser(self.without, answer.reader)
            return ask(browser, answer.reader, answer.path)

    def is_own(self, path: str) -> bool:
        """Whether ``path`` is one of the plugin's."""
        return self.explorer.rule_of(path) is not None


def scene_of(trial: Trial) -> Scene:
    """A site where the plugin is on, was used and was looked at by everybody. Nothing that checks
    do changes it."""
    return trial.shared("scene", Scene)
