"""From an agreement to a badge: endorsements, the jury, the decision, and the way out."""

import json
from datetime import timedelta

import pytest

from eak_ambassadors import notices
from eak_ambassadors.badges.faults import Fault
from eak_ambassadors.badges.issuers import read_issuer
from eak_ambassadors.badges.verifying import verify
from eak_ambassadors.events import Consented, Endorsed, JuryDrawn
from eak_ambassadors.jury import lot
from eak_ambassadors.models import Nomination, Seat, Sitting
from eak_ambassadors.nominations import endorsing
from eak_ambassadors.recognition import signing, terms
from eak_ambassadors.sittings import deciding, drawing, volunteering
from eak_core import clock as platform_clock
from eak_core.api import Event, news_between, read_log, subjects_of
from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.permissions import Actor
from tests.plugins.ambassadors.process import Process, named, other_service, small_juries


@pytest.fixture
def process(site: Site) -> Process:
    small_juries(site)
    return Process(site)


def agreed(process: Process) -> int:
    nomination_id = process.nominate()
    process.agree(nomination_id)
    return nomination_id


def test_two_colleagues_of_two_services_support_a_nomination(process: Process) -> None:
    site, nomination_id = process.site, agreed(process)
    first, second = process.colleagues
    process.endorse(nomination_id, first, site.service)
    with pytest.raises(Refused, match="déjà"):
        process.endorse(nomination_id, first, other_service(site))
    with pytest.raises(Refused, match="service"):
        process.endorse(nomination_id, second, site.service)
    with site.reading() as session:
        assert not endorsing.is_supported(session, nomination_id)
    process.endorse(nomination_id, second, other_service(site))
    with site.reading() as session:
        assert endorsing.is_supported(session, nomination_id)


def test_who_has_a_part_in_it_does_not_endorse(process: Process) -> None:
    site = process.site
    colleague = process.colleagues[0]
    nomination_id = process.nominate(by=colleague)
    process.agree(nomination_id)
    for person in (site.people.agent, colleague):
        with pytest.raises(Refused):
            process.endorse(nomination_id, person, site.service)
    with pytest.raises(Forbidden):
        process.endorse(nomination_id, site.people.citizen, site.service)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_nobody_has_agreed_to_is_nobodys_to_read(process: Process) -> None:
    nomination_id = process.nominate()
    with process.site.reading() as session, pytest.raises(NotFound):
        endorsing.candidacy(session, process.site.service, nomination_id)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_jury_needs_endorsements_and_a_pool(process: Process) -> None:
    nomination_id = agreed(process)
    with pytest.raises(Refused, match="2"):
        process.close_pool(nomination_id)
    process.endorse_twice(nomination_id)
    with pytest.raises(Refused, match="0"):
        process.close_pool(nomination_id)
    process.volunteer()
    sitting_id = process.close_pool(nomination_id)
    with pytest.raises(Conflict):
        process.close_pool(nomination_id)
    assert sitting_id


def test_nobody_with_a_part_in_it_is_in_the_pool(process: Process) -> None:
    site, nomination_id = process.site, agreed(process)
    process.endorse_twice(nomination_id)
    process.volunteer()
    everybody = [site.people.agent, site.people.citizen, site.people.manager, *process.colleagues]
    for actor in map(site.people.actor, everybody):
        with site.writing() as session:
            volunteering.volunteer(session, actor, site.service)
    sitting_id = process.close_pool(nomination_id)
    with site.reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        drawn = {each.person_id for each in sitting.places}
    assert drawn == {each.id for each in process.jurors}


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_seed_is_fixed_after_the_pool_is_closed(process: Process, clock: FrozenClock) -> None:
    site, nomination_id = process.site, agreed(process)
    process.endorse_twice(nomination_id)
    process.volunteer()
    sitting_id = process.close_pool(nomination_id)
    with site.reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        published = (sitting.pool, sitting.commitment)
        assert drawing.seed(sitting) is None
    page = site.browser().get(f"/culture/ambassadeurs/jurys/{sitting_id}").text
    assert sitting.commitment in page
    assert sitting.secret not in page
    with pytest.raises(Refused, match="source"):
        process.draw(sitting_id)
    clock.advance(hours=2)
    process.draw(sitting_id, " 3  14 15 ")
    with pytest.raises(Conflict):
        process.draw(sitting_id, "1 2 3")
    with site.reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        assert (sitting.pool, sitting.commitment) == published
        assert drawing.seed(sitting) == f"{sitting.secret}:3 14 15"
        assert lot.commitment(sitting.secret) == sitting.commitment
        drawn = lot.draw(lot.read(sitting.pool.encode()), drawing.seed(sitting) or "")
        seated = [each.mark for each in sitting.places if each.standing == "seated"]
    assert seated == [each.mark for each in drawn.jury]
    page = site.browser().get(f"/culture/ambassadeurs/jurys/{sitting_id}").text
    assert sitting.secret in page
    assert "Agathe" not in page


def in_jury(process: Process, clock: FrozenClock) -> int:
    nomination_id = agreed(process)
    process.endorse_twice(nomination_id)
    process.volunteer()
    sitting_id = process.close_pool(nomination_id)
    clock.advance(hours=2)
    process.draw(sitting_id)
    return sitting_id


@pytest.mark.parametrize("database", ["sqlite"])
def test_those_who_were_drawn_are_written_to_and_nobody_else_judges(
    process: Process, clock: FrozenClock
) -> None:
    site, sitting_id = process.site, in_jury(process, clock)
    site.drain()
    with site.reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        seated = {each.email for each in process.seated(session, sitting)}
    assert {mail.to for mail in site.sent if "jury" in mail.subject} == seated
    others = [site.people.manager, site.people.agent, site.people.administrator]
    for actor in map(site.people.actor, others):
        with site.writing() as session, pytest.raises((Forbidden, NotFound)):
            deciding.vote(
                session, actor, site.service,
                session.get_one(Sitting, sitting_id), favourable=True,
            )  # fmt: skip


def test_a_jury_decides_once_all_have_answered(process: Process, clock: FrozenClock) -> None:
    sitting_id = in_jury(process, clock)
    with pytest.raises(Refused):
        process.decide(sitting_id)
    process.vote(sitting_id)
    with process.site.writing() as session, pytest.raises(Invalid):
        sitting = session.get_one(Sitting, sitting_id)
        juror = process.actor(process.seated(session, sitting)[0])
        deciding.decide(session, juror, process.site.service, sitting, " ")
    ambassador_id = process.decide(sitting_id)
    assert ambassador_id is not None
    with pytest.raises(Conflict):
        process.vote(sitting_id)
    found = process.ambassador(ambassador_id)
    assert found.person_id == process.site.people.agent.id
    assert (found.until.year - found.since.year, found.shown) == (2, False)


@pytest.mark.parametrize("database", ["sqlite"])
def test_somebody_who_is_no_agent_any_more_is_not_recognised(
    process: Process, clock: FrozenClock
) -> None:
    sitting_id = in_jury(process, clock)
    process.vote(sitting_id)
    with process.site.writing() as session:
        session.get_one(Person, process.site.people.agent.id).email = "agathe@elsewhere.example"
    with pytest.raises(Refused, match="agent"):
        process.decide(sitting_id)
    with process.site.reading() as session:
        assert session.get_one(Sitting, sitting_id).decided_at is None


def test_as_many_for_it_as_against_recognise_nobody() -> None:
    def said(*answers: bool | None, standing: str = "seated") -> list[Seat]:
        return [Seat(standing=standing, favourable=answer) for answer in answers]

    assert not deciding.outcome(Sitting(places=said(True, True, False, False)))
    assert deciding.outcome(Sitting(places=said(True, True, False, None)))
    left = said(True, standing="excused")
    assert not deciding.outcome(Sitting(places=[*said(True, False, False), *left]))


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_jury_that_is_not_for_it_recognises_nobody(process: Process, clock: FrozenClock) -> None:
    site, sitting_id = process.site, in_jury(process, clock)
    process.vote(sitting_id, favourable=False)
    assert process.decide(sitting_id) is None
    site.drain()
    told = [mail.to for mail in site.sent if "jury a décidé" in mail.subject.lower()]
    assert told == [site.people.agent.email]
    with site.reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
    stranger = site.browser()
    stranger.sign_in(process.colleagues[0])
    page = stranger.get(f"/culture/ambassadeurs/candidatures/{sitting.nomination_id}")
    assert page.status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_seat_is_passed_on_to_whoever_follows(process: Process, clock: FrozenClock) -> None:
    site, sitting_id = process.site, in_jury(process, clock)
    with site.writing() as session:
        sitting = session.get_one(Sitting, sitting_id)
        before = [each.person_id for each in sitting.places if each.standing == "seated"]
        leaving = process.seated(session, sitting)[0]
        deciding.excuse(session, process.actor(leaving), site.service, sitting)
    with site.reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        after = [each.person_id for each in sitting.places if each.standing == "seated"]
    assert len(after) == 3
    assert leaving.id not in after
    assert set(before) - {leaving.id} <= set(after)


@pytest.mark.parametrize("database", ["sqlite"])
def test_each_is_told_of_what_is_theirs_to_know(process: Process, clock: FrozenClock) -> None:
    site, people = process.site, process.site.people
    in_jury(process, clock)
    told_of: list[type[Event]] = [Consented, Endorsed, JuryDrawn]

    def told(person: Person) -> list[str]:
        with site.reading() as session:
            events = read_log(session, site.service.id, types=told_of)
            found = notices.sentences(session, site.service, events, process.actor(person))
            return [str(sentence.text) for _position, sentence in found]

    consented = "Une personne nommée comme ambassadeur ou ambassadrice a accepté"
    assert told(people.manager) == told(people.citizen) == [consented]
    assert len(told(people.agent)) == 3
    assert told(process.colleagues[0]) == []
    for _hour in range(3):
        clock.advance(hours=1)
        site.drain()
    mails = [each.to for each in site.sent if consented in each.text]
    assert sorted(mails) == sorted([people.manager.email, people.citizen.email])


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_jury_that_answers_too_late_holds_nobody_up(process: Process, clock: FrozenClock) -> None:
    """Three seats, and one who follows in the lot: two answer, and one does not."""
    site, sitting_id = process.site, in_jury(process, clock)

    def seated() -> list[tuple[int | None, bool | None]]:
        with site.reading() as session:
            places = session.get_one(Sitting, sitting_id).places
            return [(s.person_id, s.favourable) for s in places if s.standing == "seated"]

    with site.writing() as session:
        sitting = session.get_one(Sitting, sitting_id)
        reserve = next(each.person_id for each in sitting.places if each.standing == "reserve")
        first, second, silent = process.seated(session, sitting)
        for juror in (first, second):
            actor = process.actor(juror)
            deciding.vote(session, actor, site.service, sitting, favourable=True)
    clock.advance(days=29)
    site.drain()
    assert (silent.id, None) in seated()
    clock.advance(days=2)
    site.drain()
    assert {(first.id, True), (second.id, True), (reserve, None)} == set(seated())
    assert len([each for each in site.sent if "Vous siégez" in each.subject]) == 4
    # The one who follows does not answer either: the lot has nobody left.
    clock.advance(days=29)
    site.drain()
    with site.reading() as session:
        assert session.get_one(Sitting, sitting_id).decided_at is None
    clock.advance(days=2)
    site.drain()
    with site.reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        nomination = session.get_one(Nomination, sitting.nomination_id)
        assert (sitting.recognised, sitting.decided_at) == (None, nomination.closed_at)
    told = [each for each in site.sent if "sans décision" in each.subject]
    assert len(told) == 2
    # Nothing stands in the way of another nomination.
    process.agree(process.nominate(by=process.colleagues[0]))


@pytest.mark.parametrize("database", ["sqlite"])
def test_three_who_have_answered_decide_without_the_others(
    process: Process, clock: FrozenClock
) -> None:
    site, sitting_id = process.site, in_jury(process, clock)
    process.vote(sitting_id)
    for _day in range(3):
        clock.advance(days=15)
        site.drain()
    assert len([each for each in site.sent if "il peut décider" in each.subject]) == 3
    assert process.decide(sitting_id) is not None


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_badge_that_was_issued_is_verified_with_the_published_document(
    process: Process,
) -> None:
    site = process.site
    ambassador_id = process.recognised()
    badge = process.badge(ambassador_id)
    browser = site.browser()
    issuer = read_issuer(browser.get("/culture/ambassadeurs/emetteur.json").data)
    now = platform_clock.now() + timedelta(hours=4)
    for ending in ("png", "svg", "jwt", "json"):
        data = browser.get(f"/culture/ambassadeurs/badges/{badge.id}/badge.{ending}").data
        found = verify(data, issuer, now)
        assert found.form == ending
        assert found.badge_id == f"urn:uuid:{badge.id}"
    credential = json.loads(badge.document)
    assert len(credential["endorsementJwt"]) == 2
    assert site.people.agent.email not in badge.document
    assert "Agathe" not in badge.document
    with pytest.raises(Fault) as refused:
        verify(badge.token.encode(), issuer, badge.until)
    assert refused.value.reason == "expired"


@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_is_shown_of_somebody_who_has_not_said_so(process: Process) -> None:
    site = process.site
    ambassador_id = process.recognised()
    name = site.people.agent.name
    wall = "/culture/ambassadeurs/"
    badge = f"/culture/ambassadeurs/badges/{process.badge(ambassador_id).id}"

    def told() -> list[str]:
        now = platform_clock.now()
        with site.reading() as session:
            news = news_between(
                session, site.service, now - timedelta(days=9), now + timedelta(days=1)
            )
            return [name for each in news if name in str(each.item.title)]

    assert told() == []
    assert name not in site.browser().get(wall).text
    assert name not in site.browser().get(badge).text
    assert site.browser().get(f"{wall}{ambassador_id}").status_code == 404
    process.show()
    assert name in site.browser().get(wall).text
    assert name in site.browser().get(badge).text
    assert told() == [name]
    assert "shared" in site.browser().get(f"{wall}{ambassador_id}").text


def test_the_wall_is_found_by_subject(process: Process) -> None:
    site = process.site
    process.recognised()
    with site.writing() as session:
        code = subjects_of(session, site.service.id)[0].code
        terms.present(
            session, process.actor(site.people.agent), site.service,
            shown=True, words="", subjects=[code, "no-such-subject"],
        )  # fmt: skip
    name, wall = site.people.agent.name, "/culture/ambassadeurs/"
    browser = site.browser()
    assert name in browser.get(f"{wall}?sujet={code}").text
    other = browser.get(wall).text
    assert name in other
    with site.reading() as session:
        another = subjects_of(session, site.service.id)[1].code
    assert name not in browser.get(f"{wall}?sujet={another}").text
    process.leave()
    assert name not in browser.get(f"{wall}?sujet={code}").text


def test_leaving_is_one_click_and_takes_effect_at_once(process: Process) -> None:
    site = process.site
    ambassador_id = process.recognised()
    process.show()
    badge = process.badge(ambassador_id)
    browser = site.browser()
    assert site.people.agent.name in browser.get("/culture/ambassadeurs/").text
    own = site.browser()
    own.sign_in(site.people.agent)
    own.submit("/culture/ambassadeurs/moi", "/culture/ambassadeurs/moi/quitter")
    assert site.people.agent.name not in browser.get("/culture/ambassadeurs/").text
    assert browser.get(f"/culture/ambassadeurs/{ambassador_id}").status_code == 404
    assert browser.get(f"/culture/ambassadeurs/badges/{badge.id}/badge.png").status_code == 410
    issuer = read_issuer(browser.get("/culture/ambassadeurs/emetteur.json").data)
    for data in (badge.token.encode(), badge.document.encode()):
        with pytest.raises(Fault) as refused:
            verify(data, issuer, platform_clock.now() + timedelta(hours=4))
        assert refused.value.reason == "revoked"


def test_an_erasure_revokes_the_badge_and_forgets_what_was_said(process: Process) -> None:
    site = process.site
    ambassador_id = process.recognised()
    process.show()
    badge = process.badge(ambassador_id)
    with site.writing() as session:
        erase_person(session, Actor.system(), site.people.agent.id)
    found = process.ambassador(ambassador_id)
    assert (found.person_id, found.words, found.ended_as) == (None, "", "erased")
    with site.reading() as session:
        issuer = signing.issuer(session, site.service)
        nomination = session.get_one(Nomination, found.nomination_id)
        said = [each.comment for each, _name in endorsing.endorsements(session, nomination.id)]
    assert (nomination.examples, said) == ("", ["", ""])
    assert process.badge(ambassador_id).token == ""
    with pytest.raises(Fault) as refused:
        verify(badge.token.encode(), issuer, platform_clock.now() + timedelta(hours=4))
    assert refused.value.reason == "revoked"


def test_a_juror_who_is_erased_blocks_nobody(process: Process, clock: FrozenClock) -> None:
    site, sitting_id = process.site, in_jury(process, clock)
    with site.writing() as session:
        sitting = session.get_one(Sitting, sitting_id)
        gone = process.seated(session, sitting)[1]
        erase_person(session, Actor.system(), gone.id)
    process.vote(sitting_id)
    assert process.decide(sitting_id) is not None


def test_the_first_ambassadors_sit_in_the_next_juries(process: Process, clock: FrozenClock) -> None:
    process.recognised()
    clock.advance(days=1)
    nominee = named(process.site, "Second Agent", agent=True)
    nomination_id = process.nominate(nominee)
    process.agree(nomination_id, nominee)
    process.endorse_twice(nomination_id)
    sitting_id = process.close_pool(nomination_id)
    clock.advance(hours=2)
    process.draw(sitting_id)
    with process.site.reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        seated = {each.person_id for each in sitting.places if each.standing == "seated"}
    assert process.site.people.agent.id in seated
