"""What people are sent who may not see a service, next to a site where it was never made: all that
plugins do happens in it, months pass, and their mail is the same on both."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from random import Random

import pytest
from sqlalchemy import select

from eak_core import clock
from eak_core.errors import EakError, Invalid
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing import coauthors
from eak_core.ideas.visibility import public_ideas
from eak_core.kit.testing.conformance.acts import CORE_ACTS, submit
from eak_core.kit.testing.conformance.histories import START
from eak_core.kit.testing.conformance.trial import Act
from eak_core.kit.testing.people import AGENT_DOMAIN, People
from eak_core.kit.testing.site import Sent, Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.composing import compose
from eak_core.letters.message import Claimed
from eak_core.notices.following import follow
from eak_core.notices.preferences import choose
from eak_core.notices.rhythms import Rhythm
from eak_core.people.models import Person
from eak_core.people.rights.actor import readers_among
from eak_core.permissions import Actor
from eak_core.services.directory import change_service
from eak_core.services.models import Audience, Service
from eak_discussion.comments import post_comment
from eak_experiments.drafting import inviting
from eak_experiments.models import Experiment
from eak_matchmaking.organisations import members
from tests.plugins.ambassadors.test_conformance import TestAmbassadors as Ambassadors
from tests.plugins.discussion.test_conformance import TestDiscussion as Discussion
from tests.plugins.discussion.test_conformance import comment
from tests.plugins.experiments.content import started
from tests.plugins.experiments.test_conformance import TestExperiments as Experiments
from tests.plugins.matchmaking.acts import one, register
from tests.plugins.matchmaking.test_conformance import TestMatchmaking as Matchmaking
from tests.plugins.newsletter.test_conformance import TestNewsletter as Newsletter
from tests.plugins.newsletter.test_conformance import send, subscribe
from tests.plugins.voting.test_conformance import TestVoting as Voting

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"])]

HIDDEN = "coulisses"
PLUGINS = (Discussion, Voting, Newsletter, Ambassadors, Matchmaking, Experiments)
ACTS: Sequence[Act] = [*CORE_ACTS, submit, *(act for each in PLUGINS for act in each.acts)]
#: Who may see the service only as long as everybody may.
OUTSIDER = ("Camille Citizen", "camille.citizen@example.org")
#: Nobody's account falls asleep meanwhile.
LONGEST = timedelta(days=20)
SENDER = "EAK <nobody@localhost>"
#: So many acts happen before the worker looks.
AT_ONCE = 3
#: What is drawn anew for each mail.
NEW = ("Date", "Message-ID", "Content-Type")
#: What two sites number otherwise, since what else there is has taken the numbers in between; and
#: what is signed of them.
NUMBERS = re.compile(r"(?<=[/#:])\d+|(?<=/)[\w-]+\.[\w.-]{20,}")


class Insiders(People):
    """Who may see the service: agents; those who run the site, as long as it is prepared."""

    def __init__(self, site: Site, service: Service) -> None:
        super().__init__(site.app, lambda: service)
        self._preparing = service.preparing

    def add(
        self, name: str, *, address: str = "", domain: str = "", administrator: bool = False
    ) -> Person:
        inside = f"inside.{address or name.lower().replace(' ', '.')}"
        chief = administrator or self._preparing
        return super().add(name, address=inside, domain=AGENT_DOMAIN, administrator=chief)


def accept(site: Site, dice: Random) -> None:
    """What many follow is accepted."""
    manager, active = site.people.actor(site.people.manager), site.active()
    with site.writing() as session:
        idea = session.scalars(select(Idea).order_by(Idea.id).limit(1)).one()
        for stage in ("screening", "accepted"):
            change_stage(session, manager, site.service, active, idea, stage, "It is good.")


def name_somebody(site: Site, dice: Random) -> None:
    """Who comments names somebody who is elsewhere."""
    author = site.people.actor(site.people.citizen)
    with site.writing() as session:
        ideas = select(Idea).where(*public_ideas(site.service.id)).order_by(Idea.id)
        for idea in session.scalars(ideas.limit(1)):
            body = f"@{OUTSIDER[0]} would know."
            post_comment(session, author, site.service, idea, body=body, stance="for", parent=None)


def invite_coauthor(site: Site, dice: Random) -> None:
    """An author invites somebody who is elsewhere to write an idea together."""
    author = site.people.actor(site.people.citizen)
    idea = site.submit("Ours", service=site.service, author=author)
    with site.app.test_request_context(), site.writing() as session:
        held = session.get_one(Idea, idea.id)
        coauthors.invite(session, author, site.service, held, OUTSIDER[1])


def invite_partner(site: Site, dice: Random) -> None:
    """A manager invites somebody who is elsewhere to act for an organisation."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        organisation = one(session, site, dice)
        assert organisation is not None
        members.invite(session, actor, site.service, organisation, OUTSIDER[1], "member")


def invite_tester(site: Site, dice: Random) -> None:
    """A manager invites somebody who is elsewhere into the team of an experiment."""
    actor, number = site.people.actor(site.people.manager), started(site)
    with site.writing() as session:
        made = session.get_one(Experiment, number)
        inviting.invite(session, actor, site.service, made, OUTSIDER[1], "member")


INVITING: Sequence[Act] = (invite_coauthor, invite_partner, invite_tester)


class Days:
    """The days on a site: what happens, and when its worker looks for what there is to do."""

    def __init__(self, site: Site) -> None:
        self.site, self.now = site, START
        self.looked: list[datetime] = []

    def act(self, acts: Sequence[Act], site: Site | None = None) -> None:
        """Let each of ``acts`` happen, or be refused, and what follows from it."""
        for dice, act in enumerate(acts):
            with clock.freeze(self.now):
                try:
                    passes = act(site or self.site, Random(dice))
                except EakError:
                    passes = None
            self.now += timedelta(minutes=1)
            if passes:
                self.now += min(passes, LONGEST)
            # A worker is not always at once there.
            if passes or dice % AT_ONCE == 0:
                self._look()
        self._look()

    def wait(self, passes: timedelta) -> None:
        """Let time pass."""
        self.now += passes
        self._look()

    def again(self, looked: Sequence[datetime]) -> None:
        """Let the time pass that passed elsewhere, where the worker ``looked`` then."""
        for self.now in looked:
            self._look()

    def _look(self) -> None:
        with clock.freeze(self.now):
            self.site.drain()
        self.looked.append(self.now)


def begin(site: Site) -> Days:
    """A site where people follow an idea and read the letter of a service that everybody sees."""
    days, people = Days(site), site.people
    with clock.freeze(START):
        for name in sorted(site.app.extensions["eak_plugins"].ready_names):
            site.enable(name)
        readers = people.citizen, people.agent, people.manager, people.administrator
        lamp = site.submit("A lamp", author=people.actor(people.citizen))
        rhythms = Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.EACH, Rhythm.HOURLY
        for reader, rhythm in zip(readers, rhythms, strict=True):
            actor, active = people.actor(reader), site.active()
            with site.writing() as session:
                follow(session, actor, site.service, active, f"idea:{lamp.id}")
                for kind in ("core.decisions", "core.ideas", "discussion.comments"):
                    choose(session, reader.id, kind, rhythm)
    days.act((subscribe, comment))
    return days


def go_on(days: Days) -> None:
    """What happens where everybody sees it."""
    days.act((accept, comment, submit, send))


def end(days: Days) -> None:
    """Digests leave, and reminders, and what is due after months."""
    for number in (1, 7, 30, 90):
        days.wait(timedelta(days=number))


def seen_by(site: Site, service: Service, people: People) -> Site:
    """The site as acts see it that happen in ``service``, by ``people``."""
    there = Site(site.app)
    there.sent, there.service, there.people = site.sent, service, people
    return there


def hide(site: Site, service: Service, audience: Audience) -> Service:
    with site.writing() as session:
        held = session.get_one(Service, service.id)
        change_service(
            session, Actor.system(), held, version=held.version_id, name=held.name,
            description="", audience=audience, theme=None,
        )  # fmt: skip
        return held


def mail_of(sent: Sent) -> list[object]:
    """A mail as its reader gets it: headers, texts and what is attached."""
    content = compose(Claimed(1, "key", "mail", sent.payload), SENDER, "localhost").content
    mail = message_from_bytes(content, policy=default)
    parts = [each for each in mail.walk() if not each.is_multipart()]
    said = [*(f"{name}: {value}" for name, value in mail.items() if name not in NEW),
            *(f"{each.get_content_type()}: {each.get_content()}" for each in parts)]  # fmt: skip
    return [NUMBERS.sub("…", each) for each in said]


def told(site: Site, since: int, inside: Collection[str]) -> dict[str, list[list[object]]]:
    """The mails that have left ``since`` there were so many, by their addresses, but for those
    ``inside``. Whoever wrote something is owed the reasons why it was hidden."""
    found: dict[str, list[list[object]]] = {}
    for each in site.sent[since:]:
        if each.kind == "mail" and each.to not in inside and not each.payload.get("owed"):
            found.setdefault(each.to, []).append(mail_of(each))
    return found


@pytest.mark.parametrize("before", ["public", "preparing"])
def test_nobody_is_sent_what_they_may_not_see(sites: Sites, before: Audience) -> None:
    """The service is for agents after everybody has taken part in it, or is prepared all along."""
    site, other = sites.make(), sites.make()
    days, others = begin(site), begin(other)
    begun = len(days.looked)
    with clock.freeze(days.now):
        service = site.add_service(HIDDEN, "Les coulisses", audience=before)
        for name in site.active():
            site.enable(name, service=service)
    insiders = Insiders(site, service)
    if before == "public":
        everybody = People(site.app, lambda: service)
        everybody.citizen, everybody.agent = site.people.citizen, site.people.agent
        everybody.manager = insiders.manager
        days.act(ACTS, seen_by(site, service, everybody))
        with clock.freeze(days.now):
            service = hide(site, service, "internal")
    since, hidden = len(site.sent), len(days.looked)
    days.act([*ACTS, register, *INVITING, name_somebody], seen_by(site, service, insiders))
    others.again(days.looked[begun:hidden])
    since_there = len(other.sent)
    others.again(days.looked[hidden:])
    for each in (days, others):
        go_on(each)
        end(each)
    with site.reading() as session:
        held = session.get_one(Service, service.id)
        people = {each.id: each.email or "" for each in session.scalars(select(Person))}
        inside = {people[each] for each in readers_among(session, held, people)}
    got, expected = told(site, since, inside), told(other, since_there, inside)
    assert len(expected) > 1
    assert got == expected
    # Meanwhile those inside were told a lot.
    assert len(site.sent) - since > 30
    for act in INVITING:
        with clock.freeze(days.now), pytest.raises(Invalid):
            act(seen_by(site, service, insiders), Random(1))
