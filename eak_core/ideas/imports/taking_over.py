"""Taking over the ideas of another site, and the comments on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import select

from eak_core.db import Session
from eak_core.errors import Invalid, Refused
from eak_core.i18n import _, _l
from eak_core.ideas.content.texts import MOST_SUBJECTS
from eak_core.ideas.describing.subjects import NAME_LENGTH, add_subject, subjects_of
from eak_core.ideas.describing.territory import communes
from eak_core.ideas.imports.threads import in_order
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Origin, Proposal, import_idea
from eak_core.imports.running import ImportRun, Tally, reason, records
from eak_core.imports.tables import Table
from eak_core.permissions import Actor, require
from eak_core.plugins.hooks.importers import (
    ImportedComment,
    ImportedIdea,
    Importer,
    ImportReport,
)
from eak_core.plugins.loading.host import get_host
from eak_core.search.words import folded
from eak_core.services.models import Service

_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


@dataclass
class TakingOver:
    """One ``run`` over the exports of another site, into ``service``, where ``active`` plugins are
    on.

    ``importer`` is that of the plugin ``source``, which stays with each idea as its origin.
    ``same_site`` takes the addresses in the comments for those of the ideas, where the site has
    moved between the two exports.
    """

    source: str
    importer: Importer
    service: Service
    active: frozenset[str]
    run: ImportRun
    same_site: bool = False
    #: The sites whose ideas were met, and those that comments speak of in vain.
    sites: set[str] = field(default_factory=set)
    missing_sites: set[str] = field(default_factory=set)
    #: Of the ideas of a portion, those that are here.
    _known: set[str] = field(default_factory=set)
    _subjects: dict[str, int] | None = None
    _places: dict[str, str] | None = None

    @property
    def session(self) -> Session:
        """The session of the run."""
        return self.run.session

    def require_takers(self) -> None:
        """Return where a plugin that is on takes over comments; `Refused` otherwise."""
        if not list(self._ask([])):
            raise Refused(
                _l(
                    "No plugin that is on in “%(service)s” takes over comments. Switch"
                    " “discussion” on, or leave --comments out.",
                    service=self.service.name,
                )
            )

    # --- ideas ---

    def take_ideas(self, actor: Actor, table: Table) -> None:
        """Take over the ideas in ``table``, those that are here already left as they are."""
        require(actor, "service.manage", self.service)
        take = partial(self._take_idea, actor)
        self.run.take_each("ideas", table, self.importer.idea, take, self._look_up)

    def _look_up(self, portion: Sequence[ImportedIdea]) -> None:
        self.sites |= {each.site for each in portion}
        self._known = {*self._ideas_of([_ref(each.site, each.number) for each in portion])}

    def _take_idea(self, actor: Actor, found: ImportedIdea) -> bool:
        """Whether it is new here."""
        ref = _ref(found.site, found.number)
        if ref in self._known:
            return False
        known = self._subjects_here()
        names = list(dict.fromkeys(_shortened(name, NAME_LENGTH) for name in found.subjects))
        named = {folded(name): name for name in names[:MOST_SUBJECTS]}
        new = [key for key in named if key and key not in known]
        added = {key: add_subject(self.session, actor, self.service, named[key]).id for key in new}
        proposal = Proposal(
            title=found.title,
            body=found.body,
            subjects=tuple((known | added)[key] for key in named if key),
            communes=self._communes(found.place),
        )
        origin = Origin(self.source, ref, found.url, found.votes, found.comments, found.state)
        try:
            saved = import_idea(self.session, actor, self.service, proposal, origin, found.at)
        except Invalid as refusal:
            named_there = {
                found.columns.get(name, name): why for name, why in refusal.fields.items()
            }
            raise Invalid(refusal.message, named_there) from None
        known |= added
        self._known.add(ref)
        return saved is not None

    def _subjects_here(self) -> dict[str, int]:
        """The subjects of the service, by their folded names."""
        if self._subjects is None:
            known = subjects_of(self.session, self.service.id, archived=True)
            self._subjects = {folded(each.name): each.id for each in known}
        return self._subjects

    def _communes(self, place: str) -> tuple[str, ...]:
        """The commune of this name, where there is one."""
        if self._places is None:
            self._places = {folded(each.name): each.code for each in communes(self.session)}
        code = self._places.get(folded(place))
        return (code,) if code else ()

    def _ideas_of(self, refs: Sequence[str]) -> dict[str, int]:
        """The ideas here that were known as ``refs``, by these."""
        rows = self.session.execute(
            select(Idea.source_ref, Idea.id).where(
                Idea.service_id == self.service.id,
                Idea.source == self.source,
                Idea.source_ref.in_(refs),
            )
        )
        return {ref: idea_id for ref, idea_id in rows if ref is not None}

    # --- comments ---

    def take_comments(self, actor: Actor, table: Table) -> None:
        """Give the comments in ``table`` to the plugins that take them over, answers after what
        they answer, wherever they stand in the file."""
        require(actor, "service.manage", self.service)
        comments = in_order(self._comments(table))
        self.run.take_portions(
            "comments", table, comments, partial(self._take_comments, table.path)
        )

    def _comments(self, table: Table) -> Iterator[ImportedComment]:
        if self.importer.comment is None:
            return
        for line, each in records(table, self.importer.comment):
            if isinstance(each, Invalid):
                self._refuse(table.path, line, each)
            else:
                yield replace(each, line=line)

    def _take_comments(self, file: Path, part: Sequence[ImportedComment]) -> Tally:
        tally = Tally()
        ideas = self._ideas_of([self._about(each) for each in part])
        given: list[ImportedComment] = []
        for each in part:
            idea_id = ideas.get(self._about(each))
            if idea_id is None:
                self._refuse(file, each.line, Invalid(self._why_unknown(each)))
            else:
                given.append(replace(each, idea_id=idea_id))
        answers = list(self._ask(given)) if given else []
        if given and not answers:
            failed = Invalid(_("The plugin that takes over comments has failed; see the log."))
            for comment in given:
                self._refuse(file, comment.line, failed)
        columns = {each.line: each.columns for each in part}
        for report in answers:
            tally.created += report.created
            tally.unchanged += report.unchanged
            for refused in report.refused:
                refusal = Invalid(refused.reason, refused.fields)
                self._refuse(file, refused.line, refusal, columns.get(refused.line, {}))
        return tally

    def _about(self, comment: ImportedComment) -> str:
        """What the idea that ``comment`` is about is known as here."""
        site = comment.site
        if self.same_site and len(self.sites) == 1:
            (site,) = self.sites
        return _ref(site, comment.number)

    def _why_unknown(self, comment: ImportedComment) -> str:
        if comment.site in self.sites or self.same_site:
            return _(
                "It is about the idea %(number)s, which was not taken over.", number=comment.number
            )
        self.missing_sites.add(comment.site)
        return _(
            "It is about the idea %(number)s of %(site)s, which is not the site of these ideas.",
            number=comment.number,
            site=comment.site,
        )

    def _ask(self, given: Sequence[ImportedComment]) -> Iterator[ImportReport]:
        answers = get_host().call_each(
            "import_comments",
            self.active,
            session=self.session,
            service=self.service,
            comments=given,
        )
        for _plugin, report in answers:
            yield report

    def _refuse(
        self, file: Path, line: int, refusal: Invalid, columns: Mapping[str, str] = _AS_THEY_ARE
    ) -> None:
        why = reason(refusal, lambda name: columns.get(name, name))
        self.run.refuse("comments", file, line, why)


def _ref(site: str, number: str) -> str:
    """How an idea is known here: its number is the only one of its kind on its site."""
    return f"{site}/{number}"


def _shortened(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
