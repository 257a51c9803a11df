"""Organisations: registered, edited, verified, closed, merged; and who acts for them."""

from contextvars import copy_context
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select

from eak_core.errors import Conflict, EakError, Forbidden, Gone, Invalid, NotFound, Refused
from eak_core.events.models import EventLog
from eak_core.kit.testing.site import Site
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor, may
from eak_matchmaking.models import Acting, Invitation, Member, Organisation, Presence
from eak_matchmaking.organisations import finding, members, registering, standing
from tests.plugins.matchmaking.acts import profile
from tests.plugins.matchmaking.conftest import Partners


def count(site: Site, model: Any) -> int:
    with site.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def happened(site: Site, name: str) -> int:
    with site.reading() as session:
        return session.scalar(
            select(func.count()).select_from(EventLog).where(EventLog.type == f"matchmaking.{name}")
        ) or 0  # fmt: skip


# --- registering ---


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_registers_an_organisation_is_its_referent_and_acts_for_it(partners: Partners) -> None:
    made = partners.register(identifier="732 829 320", communes=["92050", "92012", "92050"])
    assert (made.identifier, made.codes) == ("732829320", ["92012", "92050"])
    assert made.relations_of(partners.citizen.person_id or 0) == {
        "matchmaking.referent", "matchmaking.member",
    }  # fmt: skip
    with partners.site.reading() as session:
        acting = finding.acting_for(session, partners.citizen)
        assert acting is not None
        assert acting.id == made.id
        assert finding.require_acting(session, partners.citizen, partners.site.service) == acting


def test_a_form_sent_twice_registers_once(site: Site, partners: Partners) -> None:
    first = partners.register(form_key="k")
    assert partners.register("Another name", form_key="k").id == first.id
    assert (count(site, Organisation), happened(site, "organisation_registered")) == (1, 1)


def test_a_number_that_is_known_is_refused_until_who_has_it_closes(partners: Partners) -> None:
    first = partners.register(identifier="732829320")
    with pytest.raises(Conflict):
        partners.register("Double", partners.agent, identifier="732 829 320")
    partners.act(standing.close, first, "It moved.")
    again = partners.register("Anew", partners.agent, identifier="732829320")
    assert again.identifier == partners.now(first.id).identifier == "732829320"


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " \u200b "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"kind": "ministry"}, "kind"),
        ({"identifier": "123456789"}, "identifier"),
        ({"communes": ["75056"]}, "communes"),
        ({"site": "javascript:alert(1)"}, "site"),
        ({"site": "https://user@evil.example"}, "site"),
        ({"site": "http://[::1"}, "site"),
        ({"about": "x" * 4001}, "about"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(
    partners: Partners, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        partners.register(**{"name": "Les Toits vivants", **values})
    assert set(refused.value.fields) == {field}


def test_one_person_brings_so_many(partners: Partners, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "MOST", 1)
    partners.register()
    with pytest.raises(Refused):
        partners.register("Another")


def test_it_comes_to_a_further_service_without_being_typed_again(
    site: Site, partners: Partners
) -> None:
    made, other = partners.register(), site.add_service("routes", "Routes")
    site.enable("matchmaking", service=other)
    with site.writing() as session:
        known = session.get_one(Organisation, made.id)
        with pytest.raises(NotFound):
            finding.organisation_of(session, other, made.id)
        with pytest.raises(Forbidden):
            registering.come_too(session, partners.agent, other, known)
        assert registering.come_too(session, partners.citizen, other, known)
        assert not registering.come_too(session, partners.citizen, other, known)
    with site.writing() as session:
        known = finding.organisation_of(session, other, made.id)
        registering.edit(session, partners.citizen, other, known, profile("Renamed"))
    # Its page stands in both services: each is told.
    assert happened(site, "organisation_edited") == 2


# --- members ---


def test_an_invitation_is_accepted_once_and_forgotten(site: Site, partners: Partners) -> None:
    made = partners.register()
    partners.join(made, partners.agent)
    assert count(site, Invitation) == 0
    assert partners.now(made.id).relations_of(partners.agent.person_id or 0) == {
        "matchmaking.member"
    }
    with site.writing() as session, pytest.raises(Gone):
        members.accept(session, partners.agent, site.service, 1)


def test_of_two_who_hold_the_link_of_one_invitation_one_comes_in(
    site: Site, partners: Partners
) -> None:
    made = partners.register()
    partners.act(members.invite, made, "a@example.org", "member")
    barrier, refused = Barrier(2), list[EakError]()

    def accept(actor: Actor) -> None:
        try:
            with site.writing() as session:
                # Both have read it, as far as the database lets them.
                if site.url.startswith("postgresql"):
                    members.invitation_of(session, 1)
                    barrier.wait()
                members.accept(session, actor, site.service, 1)
        except EakError as error:
            refused.append(error)

    # The clock that stands is the test's own: each thread takes it along.
    threads = [
        Thread(target=copy_context().run, args=[accept, who])
        for who in (partners.agent, partners.manager)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (count(site, Member), [type(each) for each in refused]) == (2, [Gone])


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_invitation_ends_after_thirty_days(site: Site, partners: Partners, clock: Any) -> None:
    made = partners.register()
    partners.act(members.invite, made, "a@example.org", "member")
    clock.advance(days=30)
    with site.writing() as session, pytest.raises(Gone):
        members.accept(session, partners.agent, site.service, 1)
    site.drain()
    assert count(site, Invitation) == 0


def test_inviting_says_nothing_of_accounts_and_writes_one_letter(
    site: Site, partners: Partners
) -> None:
    made = partners.register()
    for address in (site.people.agent.email, "nobody@example.org"):
        partners.act(members.invite, made, address, "member")
    site.drain()
    letters = [each for each in site.sent if "vous invite" in each.subject]
    assert {each.to for each in letters} == {site.people.agent.email, "nobody@example.org"}
    texts = {each.text.partition("http")[0] for each in letters}
    assert len(texts) == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("address", ["", "x", "a@b\nc.example", "a@example.org,b@example.org"])
def test_what_is_no_address_is_not_written_to(partners: Partners, address: str) -> None:
    with pytest.raises(Invalid):
        partners.act(members.invite, partners.register(), address, "member")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_member_cannot_do_what_a_referent_can(partners: Partners) -> None:
    made = partners.register()
    partners.join(made, partners.agent)
    for function, rest in (
        (members.invite, ("a@example.org", "member")),
        (registering.edit, (profile(),)),
        (standing.close, ("Enough.",)),
        (members.give_role, (partners.agent.person_id, "referent")),
        (members.leave, (partners.citizen.person_id,)),
    ):
        with pytest.raises(Forbidden):
            partners.act(function, made, *rest, actor=partners.agent)


def test_the_last_referent_stays_while_there_are_members(partners: Partners) -> None:
    made, own = partners.register(), partners.citizen.person_id
    partners.join(made, partners.agent)
    for function, rest in ((members.leave, (own,)), (members.give_role, (own, "member"))):
        with pytest.raises(Refused):
            partners.act(function, made, *rest)
    partners.act(members.give_role, made, partners.agent.person_id, "referent")
    partners.act(members.leave, made, own)
    assert not partners.now(made.id).relations_of(own or 0)


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_invitation_makes_nobody_less(partners: Partners) -> None:
    made = partners.register()
    partners.join(made, partners.agent, "referent")
    partners.join(made, partners.agent, "member")
    assert "matchmaking.referent" in partners.now(made.id).relations_of(
        partners.agent.person_id or 0
    )


@pytest.mark.parametrize("database", ["sqlite"])
def test_one_acts_for_one_organisation_at_a_time(site: Site, partners: Partners) -> None:
    first, second = partners.register(), partners.register("Second")
    partners.act(members.act_for, first)
    with site.reading() as session:
        acting = finding.acting_for(session, partners.citizen)
        assert acting is not None
        assert acting.id == first.id
    with pytest.raises(Forbidden):
        partners.act(members.act_for, second, actor=partners.agent)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_member_who_is_removed_acts_for_it_no_more(site: Site, partners: Partners) -> None:
    made = partners.register()
    partners.join(made, partners.agent)
    partners.act(members.act_for, made, actor=partners.agent)
    partners.act(members.leave, made, partners.agent.person_id)
    with site.reading() as session:
        assert finding.acting_for(session, partners.agent) is None
        with pytest.raises(Forbidden):
            finding.require_acting(session, partners.agent, site.service)


# --- standing ---


def test_verifying_is_done_once_and_taken_back(site: Site, partners: Partners) -> None:
    made = partners.register()
    with pytest.raises(Forbidden):
        partners.act(standing.verify, made, "I know them.")
    partners.act(standing.verify, made, "I called.", actor=partners.manager)
    with pytest.raises(Conflict):
        partners.act(standing.verify, made, "So did I.", actor=partners.manager)
    partners.act(standing.verify, made, "Wrong.", actor=partners.manager, verified=False)
    with site.reading() as session:
        presence = session.get_one(Presence, (site.service.id, made.id))
        assert (presence.verified_at, presence.verified_because) == (None, "Wrong.")


def test_a_merge_brings_members_and_services_over(site: Site, partners: Partners) -> None:
    first = partners.register()
    second = partners.register("The same", partners.agent)
    partners.act(standing.merge, first, second, "Twice.", actor=partners.manager)
    closed, into = partners.now(first.id), partners.now(second.id)
    assert (closed.merged_into_id, closed.members) == (second.id, [])
    assert {each.person_id for each in into.members} == {
        partners.citizen.person_id, partners.agent.person_id,
    }  # fmt: skip
    assert count(site, Acting) == 1
    with pytest.raises(Refused):
        partners.act(registering.edit, closed, profile(), actor=partners.manager)
    with pytest.raises(Forbidden):
        partners.act(members.act_for, closed)


def test_an_organisation_is_not_merged_into_itself(partners: Partners) -> None:
    made = partners.register()
    with pytest.raises(Invalid):
        partners.act(standing.merge, made, made, "What?", actor=partners.manager)


def test_two_who_merge_both_ways_at_once_close_one(site: Site, partners: Partners) -> None:
    first, second = partners.register(), partners.register("The same", partners.agent)
    barrier, refused = Barrier(2), list[EakError]()

    def merge(one: Organisation, into: Organisation) -> None:
        barrier.wait()
        try:
            with site.writing() as session:
                standing.merge(
                    session, partners.manager, site.service,
                    session.get_one(Organisation, one.id), session.get_one(Organisation, into.id),
                    "Twice.",
                )  # fmt: skip
        except EakError as error:
            refused.append(error)

    threads = [Thread(target=merge, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    closed = [partners.now(each.id).closed_at is not None for each in (first, second)]
    assert (sorted(closed), len(refused)) == ([False, True], 1)


def test_an_erased_member_leaves_and_the_organisation_stays(site: Site, partners: Partners) -> None:
    made = partners.register()
    with site.writing() as session:
        erase_person(session, partners.citizen, partners.citizen.person_id or 0)
    now = partners.now(made.id)
    assert (now.members, now.registered_by, now.closed_at) == ([], None, None)
    assert count(site, Member) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_answer_for_it_is_asked_of_the_one_function(site: Site, partners: Partners) -> None:
    made = partners.register()
    with site.app.app_context():
        allowed = [
            may(actor, "matchmaking.answer", site.service, made)
            for actor in (partners.citizen, partners.agent, partners.manager)
        ]
    assert allowed == [True, False, True]
