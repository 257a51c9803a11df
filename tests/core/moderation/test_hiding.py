"""Hiding content, and showing it again."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select, text

from eak_core.errors import Forbidden, Invalid, Refused
from eak_core.events.models import EventLog
from eak_core.ideas.models import Idea, IdeaCommune, StageChange
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import (
    hidden_ids,
    hidden_reason,
    hidden_reasons,
    hide,
    not_hidden,
    restore,
)
from eak_core.moderation.models import ModerationDecision
from eak_core.permissions import Actor
from eak_core.services.models import Service


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_hidden_has_a_public_reason_and_an_event(
    site: Site, service: Service, manager: Actor
) -> None:
    with site.writing() as session:
        decision = hide(session, manager, service, "idea:12", "  It insults somebody.\0 ")
    with site.reading() as session:
        assert hidden_reason(session, service.id, "idea:12") == "It insults somebody."
        assert hidden_reason(session, service.id, "idea:13") is None
        assert hidden_reason(session, service.id + 1, "idea:12") is None
        row = session.execute(
            select(EventLog.type, EventLog.subject, EventLog.actor_id, EventLog.data).where(
                EventLog.type == "content.hidden", EventLog.service_id == service.id
            )
        ).one()
        assert (row.subject, row.actor_id) == ("idea:12", manager.person_id)
        assert f'"decision_id":{decision.id}' in row.data
        assert "insults" not in row.data


def test_what_is_restored_is_shown_and_both_decisions_are_kept(
    site: Site, service: Service, manager: Actor
) -> None:
    with site.writing() as session:
        hide(session, manager, service, "comment:7", "Too fast.")
    with site.writing() as session:
        restore(session, manager, service, "comment:7", "It was irony.")
    with site.reading() as session:
        assert hidden_reason(session, service.id, "comment:7") is None
    with site.writing() as session:
        hide(session, manager, service, "comment:7", "It was not.")
    with site.reading() as session:
        assert hidden_reason(session, service.id, "comment:7") == "It was not."
        query = select(ModerationDecision).order_by(ModerationDecision.id)
        reasons = [(each.reason, each.restore_reason) for each in session.scalars(query)]
        assert reasons == [("Too fast.", "It was irony."), ("It was not.", None)]


def test_hiding_what_is_hidden_is_refused_and_the_session_goes_on(
    site: Site, service: Service, manager: Actor
) -> None:
    with site.writing() as session:
        hide(session, manager, service, "idea:1", "First.")
        with pytest.raises(Refused):
            hide(session, manager, service, "idea:1", "Second.")
        hide(session, manager, service, "idea:2", "Third.")
    with site.reading() as session:
        found = hidden_reasons(session, service.id, ["idea:1", "idea:2", "idea:3"])
        assert found == {"idea:1": "First.", "idea:2": "Third."}
        assert hidden_ids(session, service.id, "idea") == [1, 2]
        assert hidden_ids(session, service.id, "ide_") == []
        assert hidden_reasons(session, service.id, []) == {}


@pytest.mark.parametrize("database", ["sqlite"])
def test_restoring_what_is_shown_is_refused(site: Site, service: Service, manager: Actor) -> None:
    with site.writing() as session, pytest.raises(Refused):
        restore(session, manager, service, "idea:1", "A reason.")


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2_001])
def test_a_decision_needs_a_reason_of_a_reasonable_length(
    site: Site, service: Service, manager: Actor, reason: str
) -> None:
    with site.writing() as session:
        with pytest.raises(Invalid) as refusal:
            hide(session, manager, service, "idea:1", reason)
        assert "reason" in refusal.value.fields
        assert hidden_reason(session, service.id, "idea:1") is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_those_who_run_the_service_decide(
    site: Site, service: Service, citizen: Actor, manager: Actor
) -> None:
    other = site.add_service("routes")
    for actor, place in ((citizen, service), (Actor.visitor(), service), (manager, other)):
        with site.writing() as session, pytest.raises(Forbidden):
            hide(session, actor, place, "idea:1", "A reason.")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_subject_that_is_none_is_a_mistake_of_the_code(
    site: Site, service: Service, manager: Actor
) -> None:
    with site.writing() as session, pytest.raises(ValueError, match="noun:id"):
        hide(session, manager, service, "idea", "A reason.")


def test_a_list_of_any_length_costs_one_query(
    site: Site, service: Service, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    subjects = [f"idea:{number}" for number in range(100)]
    with site.reading() as session, query_count() as queries:
        hidden_reasons(session, service.id, subjects)
    assert queries.count == 1


def test_the_condition_is_about_its_row_however_deep_it_stands(
    site: Site, service: Service, manager: Actor
) -> None:
    shown, hidden = site.submit("Shown"), site.submit("Hidden")
    with site.writing() as session:
        hide(session, manager, service, f"idea:{hidden.id}", "It insults somebody.")
    for service_id in (service.id, Idea.service_id):
        condition = not_hidden(service_id, "idea", Idea.id)
        kept = select(StageChange.idea_id).where(StageChange.idea_id == Idea.id, condition)
        named = select(IdeaCommune.idea_id).where(IdeaCommune.idea_id == Idea.id, condition)
        nested = select(Idea.id).where(
            kept.exists()
            | named.exists()
            | Idea.id.in_(
                select(Service.id + Idea.id - Service.id).where(Service.id == service.id, condition)
            )
        )
        with site.reading() as session:
            assert list(session.scalars(nested)) == [shown.id]


def test_what_is_hidden_is_looked_up_for_each_row_and_never_read_whole(
    site: Site, service: Service, manager: Actor
) -> None:
    with site.writing() as session:
        hide(session, manager, service, "idea:12", "It insults somebody.")
    shown = select(Idea.id).where(not_hidden(Idea.service_id, "idea", Idea.id))
    with site.reading() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        asked = shown.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = session.execute(text(f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {asked}")).all()
    assert ("(service_id=? AND subject=?)" if sqlite else "Anti Join") in str(plan)
