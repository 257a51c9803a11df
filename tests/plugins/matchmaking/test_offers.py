"""Offers: drafts, what is published, changed, and ended."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eak_core.api import communes, hidden_reason
from eak_core.errors import EakError, Forbidden, Gone, Invalid, NotFound, Refused
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor, SignInRequired
from eak_matchmaking.models import Offer, Organisation
from eak_matchmaking.offers import ending, finding, moderating, offering, places
from eak_matchmaking.organisations import standing
from eak_matchmaking.organisations.registering import arrive
from eak_matchmaking.personal_data import export_person
from tests.plugins.matchmaking.resources import Resources, day, offered
from tests.proposing import begin


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_offer_is_a_draft_until_it_is_published(resources: Resources) -> None:
    offer = resources.draft()
    assert (offer.published_at, resources.happened("offer_published")) == (None, [])
    resources.act(offering.publish_offer, resources.member, offer)
    resources.act(offering.publish_offer, resources.member, offer)
    assert resources.now(offer).published_at is not None
    assert len(resources.happened("offer_published")) == 1


def test_a_form_sent_twice_is_one_draft_and_corrected_it_is_corrected(resources: Resources) -> None:
    key = "0" * 36
    first = resources.draft(form_key=key)
    assert resources.draft(form_key=key).id == first.id
    assert resources.draft(form_key=key, title="A larger hall").id == first.id
    assert resources.now(first).title == "A larger hall"


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"title": ""}, {"title"}),
        ({"title": "\u200b \n"}, {"title"}),
        ({"title": "x" * 201}, {"title"}),
        ({"details": "x" * 4001}, {"details"}),
        ({"conditions": "x" * 10**6}, {"conditions"}),
        ({"private_conditions": "x" * 4001}, {"private_conditions"}),
        ({"kind": "boat"}, {"kind"}),
        ({"capacity": 0}, {"capacity"}),
        ({"capacity": -1}, {"capacity"}),
        ({"capacity": 1001}, {"capacity"}),
        ({"capacity": 10**30}, {"capacity"}),
        ({"capacity": None}, {"capacity"}),
        ({"quantity": 0, "unit": "m²"}, {"quantity"}),
        ({"quantity": -3, "unit": "m²"}, {"quantity"}),
        ({"quantity": 10**30, "unit": "m²"}, {"quantity"}),
        ({"quantity": 40}, {"unit"}),
        ({"quantity": 40, "unit": "m" * 41}, {"unit"}),
        ({"communes": ["75056"]}, {"communes"}),
        ({"communes": ["%"]}, {"communes"}),
        ({"starts_on": day("2026-04-02"), "ends_on": day("2026-04-01")}, {"ends_on"}),
        ({"ends_on": day("2026-03-11")}, {"ends_on"}),
        ({"ends_on": date.max}, {"ends_on"}),
        ({"starts_on": date.min}, {"starts_on"}),
        ({"starts_on": date.max}, {"starts_on"}),
        ({"title": "", "kind": "", "capacity": 0}, {"title", "kind", "capacity"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    resources: Resources, clock: FrozenClock, wrong: dict[str, Any], fields: set[str]
) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    with pytest.raises(Invalid) as refused:
        resources.draft(**wrong)
    assert set(refused.value.fields) == fields
    with resources.site.reading() as session:
        assert session.scalars(select(Offer)).all() == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_texts_are_cleaned_and_all_communes_are_the_whole_territory(resources: Resources) -> None:
    with resources.site.reading() as session:
        every = [each.code for each in communes(session)]
    offer = resources.draft(title=" A\nhall\x00 ", communes=every, unit="m²")
    assert (offer.title, offer.communes, offer.unit) == ("A hall", "", "")
    some = resources.draft(communes=["92050", "92002", "92050"], kind="money", quantity=5, unit="$")
    assert (some.codes, some.unit) == (["92002", "92050"], "")


def test_the_database_itself_refuses_more_than_there_is(resources: Resources) -> None:
    offer = resources.publish(capacity=1)
    for taken in (2, -1):
        with pytest.raises(IntegrityError), resources.site.writing() as session:
            session.get_one(Offer, offer.id).taken = taken


def test_an_edit_is_told_once_it_is_public_and_never_goes_below_what_is_taken(
    resources: Resources,
) -> None:
    offer = resources.draft()
    resources.act(offering.edit_offer, resources.member, offer, offered(title="Two halls"))
    assert resources.happened("offer_edited") == []
    resources.act(offering.publish_offer, resources.member, offer)
    with resources.site.writing() as session:
        places.take(session, offer.id)
        places.take(session, offer.id)
    with pytest.raises(Invalid) as refused:
        resources.act(offering.edit_offer, resources.member, offer, offered(capacity=1))
    assert set(refused.value.fields) == {"capacity"}
    resources.act(offering.edit_offer, resources.member, offer, offered(title="Two halls"))
    assert resources.happened("offer_edited") == [], "nothing of it was changed"
    resources.act(offering.edit_offer, resources.member, offer, offered(capacity=3))
    assert len(resources.happened("offer_edited")) == 1
    assert (resources.now(offer).capacity, resources.now(offer).taken) == (3, 2)


def test_only_a_draft_can_be_deleted(resources: Resources) -> None:
    draft, offer = resources.draft(), resources.publish()
    resources.act(offering.discard, resources.member, draft)
    with pytest.raises(Refused):
        resources.act(offering.discard, resources.member, offer)
    with resources.site.reading() as session:
        assert session.get(Offer, draft.id) is None
        assert session.get(Offer, offer.id) is not None


ACTS: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
    (offering.publish_offer, ()),
    (offering.edit_offer, (offered(title="Mine now"),)),
    (offering.discard, ()),
    (ending.take_back, ()),
]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("act", "rest"), ACTS)
def test_nobody_acts_on_an_offer_but_the_members_of_its_organisation(
    resources: Resources, act: Callable[..., None], rest: tuple[Any, ...]
) -> None:
    offer = resources.publish() if act is ending.take_back else resources.draft()
    before = resources.now(offer)
    others: list[tuple[Actor, type[EakError]]] = [
        (Actor.visitor(), SignInRequired),
        (resources.author, Forbidden),
        (resources.other, Forbidden),
        (resources.manager, Forbidden),
    ]
    for actor, refusal in others:
        with pytest.raises(refusal):
            resources.act(act, actor, offer, *rest)
    now = resources.now(offer)
    assert (now.title, now.published_at, now.ended_at) == (
        before.title, before.published_at, before.ended_at,
    )  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_draft_is_nothing_at_all_to_others(resources: Resources) -> None:
    offer = resources.draft()
    for actor in (Actor.visitor(), resources.author, resources.other, resources.manager):
        with resources.site.reading() as session, pytest.raises(NotFound):
            finding.offer_for(session, actor, resources.service, offer.id)
    with resources.site.reading() as session:
        assert finding.offer_for(session, resources.member, resources.service, offer.id)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_offer_of_one_service_is_not_there_in_another(resources: Resources) -> None:
    offer = resources.publish()
    roads = resources.site.add_service("roads")
    with resources.site.reading() as session, pytest.raises(NotFound):
        finding.offer_for(session, resources.member, roads, offer.id)
    with resources.site.writing() as session, pytest.raises(Forbidden):
        offering.draft(session, resources.member, roads, offered())


def test_an_offer_is_taken_back_once_and_then_stays_as_it_was(resources: Resources) -> None:
    draft, offer = resources.draft(), resources.publish()
    resources.act(ending.take_back, resources.member, offer)
    for each in (draft, offer):
        with pytest.raises(Refused):
            resources.act(ending.take_back, resources.member, each)
    with pytest.raises(Refused):
        resources.act(offering.edit_offer, resources.member, offer, offered(title="Again"))
    with resources.site.writing() as session, pytest.raises(Refused):
        places.take(session, offer.id)
    assert resources.now(offer).ended_because == "taken_back"
    assert len(resources.happened("offer_ended")) == 1


@pytest.mark.parametrize(
    ("last", "before", "after"),
    [
        # Clocks in Paris are put forward on the 29th of March, and back on the 25th of October.
        ("2026-03-28", "2026-03-28T22:59:59+00:00", "2026-03-28T23:00:01+00:00"),
        ("2026-03-29", "2026-03-29T21:59:59+00:00", "2026-03-29T22:00:01+00:00"),
        ("2026-10-25", "2026-10-25T22:59:59+00:00", "2026-10-25T23:00:01+00:00"),
        ("2028-02-28", "2028-02-28T22:59:59+00:00", "2028-02-28T23:00:01+00:00"),
        ("2028-02-29", "2028-02-29T22:59:59+00:00", "2028-02-29T23:00:01+00:00"),
        ("2026-12-31", "2026-12-31T22:59:59+00:00", "2026-12-31T23:00:01+00:00"),
    ],
)
def test_an_offer_ends_by_itself_when_its_last_day_is_over_in_paris(
    resources: Resources, clock: FrozenClock, last: str, before: str, after: str
) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    offer = resources.publish(ends_on=day(last))
    clock.set(datetime.fromisoformat(before))
    resources.site.drain()
    assert resources.now(offer).ended_at is None
    with resources.site.reading() as session:
        assert finding.offers_of(session, resources.service.id, offer.organisation_id)
    clock.set(datetime.fromisoformat(after))
    with resources.site.reading() as session:
        listed = finding.offers_of(session, resources.service.id, offer.organisation_id)
    assert listed == [], "nobody waits for a worker to be told the truth"
    resources.site.drain()
    assert resources.now(offer).ended_because == "period"
    assert len(resources.happened("offer_ended")) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_period_that_is_changed_moves_the_end(resources: Resources, clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    later, never, sooner = (resources.publish(ends_on=day("2026-03-20")) for _each in range(3))
    resources.act(offering.edit_offer, resources.member, later, offered(ends_on=day("2026-04-20")))
    resources.act(offering.edit_offer, resources.member, never, offered())
    resources.act(offering.edit_offer, resources.member, sooner, offered(ends_on=day("2026-03-14")))
    clock.set(datetime(2026, 3, 16, 12, tzinfo=UTC))
    resources.site.drain()
    assert [bool(resources.now(each).ended_at) for each in (later, never, sooner)] == [
        False, False, True,
    ]  # fmt: skip
    clock.set(datetime(2026, 5, 1, 12, tzinfo=UTC))
    resources.site.drain()
    assert [bool(resources.now(each).ended_at) for each in (later, never)] == [True, False]


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_due_too_early_ends_nothing(resources: Resources, clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    offer = resources.publish(ends_on=day("2026-03-12"))
    with resources.site.writing() as session:
        ending.end_due(session, resources.service, f"end_offer:{offer.id}", clock.now)
        ending.end_due(session, resources.service, "end_offer:4711", clock.now)
    assert resources.now(offer).ended_at is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_draft_whose_period_has_passed_is_not_published(
    resources: Resources, clock: FrozenClock
) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    offer = resources.draft(ends_on=day("2026-03-12"))
    clock.advance(days=1)
    with pytest.raises(Refused):
        resources.act(offering.publish_offer, resources.member, offer)
    assert resources.now(offer).published_at is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_with_an_organisation_all_it_offers_ends_in_every_service(resources: Resources) -> None:
    draft, here = resources.draft(), resources.publish()
    roads = resources.site.add_service("roads")
    resources.site.enable("matchmaking", service=roads)
    with resources.site.writing() as session:
        arrive(session, roads, here.organisation_id, None)
        there = offering.draft(session, resources.member, roads, offered())
        offering.publish_offer(session, resources.member, roads, there)
    others = resources.publish(resources.other)
    with resources.site.writing() as session:
        organisation = session.get_one(Organisation, here.organisation_id)
        standing.close(session, resources.member, resources.service, organisation, "We move away.")
    for offer in (here, there):
        assert resources.now(offer).ended_because == "organisation"
    assert resources.now(others).ended_at is None
    assert len(resources.happened("offer_ended")) == 2
    with resources.site.reading() as session:
        assert session.get(Offer, draft.id) is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_given_back_can_be_taken_again_and_no_more(resources: Resources) -> None:
    offer = resources.publish(capacity=1)
    for _time in range(2):
        with resources.site.writing() as session:
            places.take(session, offer.id)
            with pytest.raises(Refused):
                places.take(session, offer.id)
            places.give_back(session, offer.id)
            with pytest.raises(ValueError, match="no pilot"):
                places.give_back(session, offer.id)
    assert resources.now(offer).taken == 0


def test_fifty_who_take_at_once_never_take_more_than_there_is(
    resources: Resources, clock: FrozenClock
) -> None:
    clock.release()
    offer, people, capacity = resources.publish(capacity=7), 50, 7
    barrier = Barrier(10)

    def take(number: int) -> int:
        if number < 10:
            barrier.wait(30)
        try:
            with resources.site.writing() as session:
                places.take(session, offer.id)
        except Refused:
            return 0
        if number % 3:
            return 1
        with resources.site.writing() as session:
            places.give_back(session, offer.id)
        return 0

    with ThreadPoolExecutor(10) as pool:
        kept = sum(pool.map(take, range(people)))
    assert resources.now(offer).taken == kept <= capacity
    # Who asked last may have met places that were given back a moment later: they are still there.
    for _place in range(capacity - kept):
        assert take(11) == 1
    assert (resources.now(offer).taken, take(11)) == (capacity, 0)


def test_drafts_and_conditions_are_in_the_copy_and_stay_with_the_organisation(
    resources: Resources,
) -> None:
    offer = resources.publish(ends_on=day("2030-01-31"))
    with resources.site.reading() as session:
        [told] = export_person(session, resources.person.id)["offers"]
    assert told["private_conditions"] == offer.private_conditions
    assert told["ends_on"] == "2030-01-31"
    with resources.site.writing() as session:
        erase_person(session, Actor.system(), resources.person.id)
    now = resources.now(offer)
    assert (now.created_by, now.form_key, now.title) == (None, None, "A hall")


def test_offers_are_filtered_by_kind_commune_and_day(
    resources: Resources, clock: FrozenClock
) -> None:
    clock.set(datetime(2026, 3, 12, 12, tzinfo=UTC))
    everywhere = resources.publish(kind="money", quantity=2000)
    nanterre = resources.publish(communes=["92050"], starts_on=day("2028-02-29"))
    antony = resources.publish(communes=["92002"], ends_on=day("2026-10-25"))

    def found(**filters: Any) -> set[int]:
        query = finding.listed(resources.service.id, finding.Filters(**filters))
        with resources.site.reading() as session:
            return {each.id for each in session.scalars(query)}

    assert found() == {everywhere.id, nanterre.id, antony.id}
    assert found(kind="money") == {everywhere.id}
    assert found(commune="92050") == {everywhere.id, nanterre.id}
    assert found(day=day("2028-02-28")) == {everywhere.id}
    assert found(day=day("2028-02-29")) == {everywhere.id, nanterre.id}
    assert found(day=day("2026-10-25")) == {everywhere.id, antony.id}
    assert found(day=day("2026-10-26"), commune="92002") == {everywhere.id}


def test_a_hidden_offer_is_found_and_given_by_nobody_until_it_is_shown_again(
    resources: Resources,
) -> None:
    offer, draft = resources.publish(title="A rude hall"), resources.draft()
    for actor in (resources.member, resources.other, resources.author, Actor.visitor()):
        with pytest.raises(Forbidden):
            resources.act(moderating.hide_offer, actor, offer, "It is rude.")
    with pytest.raises(Refused):
        resources.act(moderating.hide_offer, resources.manager, draft, "Nobody sees it.")
    resources.site.drain()
    resources.act(moderating.hide_offer, resources.manager, offer, "It is rude.")
    resources.site.drain()
    service = resources.service
    for actor in (Actor.visitor(), resources.other, resources.author):
        with resources.site.reading() as session, pytest.raises(Gone, match="It is rude"):
            finding.offer_for(session, actor, service, offer.id)
    with resources.site.reading() as session:
        for actor in (resources.member, resources.manager):
            assert finding.offer_for(session, actor, service, offer.id)
        assert finding.offers_of(session, service.id, offer.organisation_id) == []
    with resources.site.writing() as session, pytest.raises(Refused):
        places.take(session, offer.id)
    visitor, found = resources.site.browser(), f'href="/culture/partenaires/offres/{offer.id}"'
    search = "/culture/recherche?q=hall"
    assert found not in visitor.read(search).text
    assert visitor.get(f"/culture/partenaires/offres/{offer.id}").status_code == 410
    resources.act(moderating.show_offer, resources.manager, offer, "It was a joke.")
    resources.site.drain()
    assert found in visitor.read(search).text
    author = resources.site.browser()
    author.sign_in(resources.site.people.citizen)
    # Whoever proposes the like of it is told before they submit their idea.
    assert found in author.read(f"{begin(author, title='A rude hall')}/soumettre").text
    with resources.site.writing() as session:
        places.take(session, offer.id)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("act", "done"), [("masquer", True), ("retablir", False)])
def test_managers_alone_moderate_offers(resources: Resources, act: str, done: bool) -> None:
    offer = resources.publish()
    if not done:
        resources.act(moderating.hide_offer, resources.manager, offer, "It is rude.")
    place = f"/culture/gestion/partenaires/offres/{offer.id}/{act}"
    member, manager = resources.site.browser(), resources.site.browser()
    member.sign_in(resources.person)
    assert member.get(place).status_code == 403
    manager.sign_in(resources.site.people.manager)
    manager.submit(place, act, reason="For a reason.")
    with resources.site.reading() as session:
        assert (hidden_reason(session, resources.service.id, offer.subject) is not None) == done
