"""What people do about ambassadors, in the histories of the conformance kit."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from sqlalchemy import select

from eak_ambassadors.evidence import rules
from eak_ambassadors.evidence.rules import Wording
from eak_ambassadors.meeting import asking
from eak_ambassadors.models import Ambassador, Nomination, Revocation, Sitting
from eak_ambassadors.nominations import answering, endorsing, nominating
from eak_ambassadors.recognition import renewing, revoking, terms
from eak_ambassadors.sittings import deciding, drawing, lateness
from eak_core import clock
from eak_core.db import Session
from eak_core.errors import EakError
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.permissions import Actor
from tests.plugins.ambassadors.process import Process, named, small_juries


def nominate(site: Site, dice: Random) -> None:
    """The citizen, or the manager, nominates the agent, as often as the rules allow."""
    by = dice.choice((site.people.citizen, site.people.manager))
    with site.writing() as session:
        actor = site.people.actor(by)
        try:
            nominating.check(session, actor, site.service, site.people.agent.email or "")
        except EakError:
            return
        nominating.nominate(
            session, actor, site.service, name="Agathe <b>Agent</b>",
            address=site.people.agent.email or "",
            examples="She *opened* the workshop to <i>all</i>.",
            conflict=dice.choice(("", "We share an <u>office</u>.")),
        )  # fmt: skip


def answer(site: Site, dice: Random) -> timedelta | None:
    """The agent agrees, or declines; or nothing comes for long."""
    actor = site.people.actor(site.people.agent)
    with site.writing() as session:
        waiting = answering.asking(session, actor, site.service)
        if not waiting:
            return timedelta(days=5)
        found = dice.choice(list(waiting))
        if dice.random() < 0.3 or answering.under_way(
            session, site.service.id, actor.person_id or 0
        ):
            answering.refuse(session, actor, site.service, found.id)
        else:
            answering.agree(session, actor, site.service, found.id)
    return None


def go_on(site: Site, dice: Random) -> timedelta | None:
    """Whatever comes next on the way of a nomination that was agreed to."""
    process = Process(site)
    small_juries(site)
    with site.reading() as session:
        found = [each.id for each in endorsing.under_way(session, site.service)]
        if not found:
            return None
        nomination_id = found[0]
        sitting = drawing.sitting_for(session, nomination_id)
        supported = endorsing.is_supported(session, nomination_id)
    if not supported:
        process.endorse_twice(nomination_id)
        return None
    return (_before_the_lot if sitting is None or sitting.drawn_at is None else _in_the_jury)(
        process, dice, nomination_id, sitting
    )


def _before_the_lot(
    process: Process, dice: Random, nomination_id: int, sitting: Sitting | None
) -> timedelta | None:
    if sitting is None:
        process.volunteer()
        process.close_pool(nomination_id)
        return timedelta(hours=3)
    process.draw(sitting.id, f"{dice.random()}")
    return None


def _in_the_jury(
    process: Process, dice: Random, nomination_id: int, sitting: Sitting | None
) -> timedelta | None:
    assert sitting is not None
    if not deciding.ready(sitting):
        process.vote(sitting.id, favourable=dice.random() < 0.8)
    else:
        process.decide(sitting.id)
    return None


def _recognised(site: Site) -> Actor | None:
    """The second agent, an ambassador; None before anybody was nominated."""
    if not nominations(site):
        return None
    second = _second(site)
    actor, many = site.people.actor(second), len(ambassadors(site))
    with site.reading() as session:
        known = terms.own(session, actor, site.service)
    if known is None:
        Process(site).recognised(second, by=named(site, f"Nominator {many}"))
    return actor


def be_one(site: Site, dice: Random) -> None:
    """An ambassador lets the wall show them; once a term was renewed, they leave."""
    actor = _recognised(site)
    if actor is None:
        return
    with site.writing() as session:
        found = terms.own(session, actor, site.service)
        terms_of_all = session.execute(select(Ambassador.since, Ambassador.until)).all()
        long = any(until - since > timedelta(days=1_000) for since, until in terms_of_all)
        if found is not None and found.shown and long:
            terms.leave(session, actor, site.service)
            return
        words = f"We *tried* it {dice.random()} times, and <b>told</b> it."
        terms.present(session, actor, site.service, shown=True, words=words)


def go_on_or_not(site: Site, dice: Random) -> timedelta | None:
    """The recognition of the second agent is revoked, with an appeal that is upheld; then their
    term is renewed where its time comes."""
    second = _recognised(site)
    if second is None:
        return None
    manager, others = map(site.people.actor, (site.people.manager, site.people.administrator))
    service = site.service
    with site.writing() as session:
        found = terms.own(session, second, service)
        assert found is not None
        if not _was_revoked(session, found):
            number = revoking.revoke(session, manager, service, found, "Somebody *led* it.")
            revoking.appeal(session, second, service, number, "I was <i>not</i> there.")
            revocation = session.get_one(Revocation, number)
            revoking.hear(
                session, others, service, revocation, upheld=True, answer="It was *not* so."
            )
            return None
        if not renewing.may_ask(found):
            return max(found.until - terms.BEFORE - clock.now(), timedelta()) + timedelta(days=1)
        renewing.ask(session, second, service)
        renewing.renew(session, manager, service, found)
    return None


def ask(site: Site, dice: Random) -> None:
    """A colleague asks an ambassador something, and is answered now and then."""
    agent = site.people.actor(site.people.agent)
    second = _recognised(site)
    if second is None:
        return
    with site.writing() as session:
        found = terms.own(session, second, site.service)
        assert found is not None
        if not found.knows:
            terms.present(
                session, second, site.service, shown=found.shown, words=found.words,
                knows="How one *stops* a trial.",
            )  # fmt: skip
        waiting = [
            each
            for each in asking.own(session, second, site.service)
            if each.answered_at is None and each.ambassador_id == found.id
        ]
        if len(waiting) < 2:
            asking.ask(session, agent, site.service, found, "And <b>how</b> does it *end*?")
        else:
            asking.answer(session, second, site.service, waiting[0].id, "In *good* order.")


RULES = (
    Wording("ambassadors.consented", "actor", "", "Agreed *to* it"),
    Wording("idea.submitted", "actor", "", "Had an <b>idea</b>"),
    Wording("discussion.comment_posted", "author_id", "stance=for", "Said *why*"),
    Wording("ambassadors.presented", "actor", "", "Told *it*"),
)


def rule(site: Site, dice: Random) -> None:
    """A manager adds a rule of evidence, or takes one away."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        there = rules.rules_of(session, site.service.id)
        chosen = dice.choice(RULES)
        known = next((each for each in there if each.event == chosen.event), None)
        if known is None:
            rules.add(session, manager, site.service, chosen)
        elif dice.random() < 0.3:
            rules.remove(session, manager, site.service, known.id)


def _was_revoked(session: Session, ambassador: Ambassador) -> bool:
    found = select(Revocation.id).where(Revocation.ambassador_id == ambassador.id)
    return session.scalar(found) is not None


def _second(site: Site) -> Person:
    return named(site, "Second Agent", agent=True)


def numbers(site: Site, model: Callable[..., object]) -> list[int]:
    with site.reading() as session:
        return list(session.scalars(select(model.id).order_by(model.id)))  # type: ignore[attr-defined]


def nominations(site: Site) -> list[int]:
    return numbers(site, Nomination)


def ambassadors(site: Site) -> list[int]:
    return numbers(site, Ambassador)


def sittings(site: Site) -> list[int]:
    return numbers(site, Sitting)


def let_a_jury_lapse(site: Site, dice: Random) -> None:
    """Nobody of a jury answers in time, and then nobody of those who follow in its lot."""
    process, number = Process(site), len(sittings(site))
    small_juries(site)
    nominee = named(site, f"Late agent {number}", agent=True)
    nomination_id = process.nominate(nominee, named(site, f"Nominator of late {number}"))
    process.agree(nomination_id, nominee)
    process.endorse_twice(nomination_id)
    process.volunteer()
    sitting_id = process.close_pool(nomination_id)
    with clock.freeze(clock.now() + timedelta(hours=3)):
        process.draw(sitting_id, f"{dice.random()}")
        for _time in range(9):
            with site.writing() as session:
                sitting = session.get_one(Sitting, sitting_id)
                if sitting.decided_at is None:
                    sitting.due_at = clock.now()
                    session.flush()
                    lateness.see_to_late_juries(session, site.service)


#: In the first round nobody has been nominated yet when it comes to what follows.
ACTS = (
    go_on_or_not, go_on_or_not, go_on_or_not, be_one, be_one, go_on, go_on, go_on, go_on,
    answer, answer, rule, ask, ask, let_a_jury_lapse, nominate, nominate,
)  # fmt: skip
