"""What authors do with their ideas, through the domain functions."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from eak_core.errors import Conflict, EakError, Forbidden, Invalid, NotFound, Refused
from eak_core.ideas.content.rows import idea_of, proposal_of
from eak_core.ideas.content.wording import slug_of
from eak_core.ideas.deciding import transitions
from eak_core.ideas.describing.subjects import add_subject, change_subject, subjects_of
from eak_core.ideas.models import Commune, Idea, IdeaCommune, IdeaCriterion, IdeaSubject
from eak_core.ideas.proposing.proposals import (
    Origin,
    Proposal,
    discard_draft,
    edit_idea,
    import_idea,
    save_draft,
    submit_idea,
)
from eak_core.ideas.reading.listing import matching_ideas
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor, SignInRequired
from eak_core.search.words import folded
from eak_core.services.directory import archive_service
from eak_core.services.models import Service

MINIMAL = Proposal(title="An idea", problem="A problem.", body="A body.")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_new_service_begins_with_communes_criteria_and_subjects(
    site: Site, proposal: Proposal
) -> None:
    with site.reading() as session:
        assert session.scalar(select(func.count()).select_from(Commune)) == 36
    assert len(proposal.statements) == 4


def test_a_submitted_idea_keeps_all_that_was_said_and_is_one_event(
    site: Site, citizen: Actor, proposal: Proposal, events: Any
) -> None:
    with site.writing() as session:
        saved = submit_idea(session, citizen, site.service, proposal)
    with site.reading() as session:
        idea = session.get_one(Idea, saved.id)
        again = proposal_of(session, idea)
    assert (idea.stage, idea.author_id, idea.slug) == (
        "submitted", citizen.person_id, "une-outiltheque-a-l-ecole",
    )  # fmt: skip
    assert replace(again, subjects=(), communes=()) == replace(proposal, subjects=(), communes=())
    assert set(again.subjects) == set(proposal.subjects)
    assert set(again.communes) == set(proposal.communes)
    assert events() == ["idea.submitted"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_draft_publishes_nothing_and_submitting_it_does(
    site: Site, citizen: Actor, events: Any, ideas: Any
) -> None:
    with site.writing() as session:
        saved = save_draft(session, citizen, site.service, Proposal(title="Half"))
    assert events() == []
    with site.writing() as session:
        idea = session.get_one(Idea, saved.id)
        submit_idea(session, citizen, site.service, MINIMAL, idea=idea)
    assert events() == ["idea.submitted"]
    assert [idea.stage for idea in ideas()] == ["submitted"]


def test_a_form_sent_twice_is_one_idea_and_one_event(
    site: Site, citizen: Actor, events: Any, ideas: Any
) -> None:
    answers = []
    for _time in range(2):
        with site.writing() as session:
            answers.append(submit_idea(session, citizen, site.service, MINIMAL, form_key="k"))
    assert answers[0] == answers[1]
    assert len(ideas()) == 1
    assert events() == ["idea.submitted"]


def test_a_form_sent_twice_at_the_same_moment_is_one_idea(
    site: Site, citizen: Actor, events: Any, ideas: Any
) -> None:
    service, ready = site.service, threading.Barrier(4)

    def send() -> None:
        ready.wait()
        with site.writing() as session:
            submit_idea(session, citizen, service, MINIMAL, form_key="same")

    threads = [threading.Thread(target=send) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(ideas()) == 1
    assert events() == ["idea.submitted"]


def test_a_draft_saved_from_a_form_becomes_the_idea_that_the_same_form_submits(
    site: Site, citizen: Actor, ideas: Any
) -> None:
    with site.writing() as session:
        save_draft(session, citizen, site.service, Proposal(title="Half"), form_key="k")
    with site.writing() as session:
        submit_idea(session, citizen, site.service, MINIMAL, form_key="k")
    assert [(idea.title, idea.stage) for idea in ideas()] == [("An idea", "submitted")]


def test_two_people_may_happen_to_have_the_same_form_key(
    site: Site, citizen: Actor, manager: Actor, ideas: Any
) -> None:
    for actor in (citizen, manager):
        with site.writing() as session:
            submit_idea(session, actor, site.service, MINIMAL, form_key="k")
    assert [idea.author_id for idea in ideas()] == [citizen.person_id, manager.person_id]


def test_a_submission_names_every_field_that_is_missing_and_writes_nothing(
    site: Site, citizen: Actor, ideas: Any
) -> None:
    with site.writing() as session, pytest.raises(Invalid) as refusal:
        submit_idea(session, citizen, site.service, Proposal(title="  \n "))
    assert set(refusal.value.fields) == {"title", "problem", "body"}
    assert ideas() == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 151),
        ("problem", "x" * 3_001),
        ("body", "x" * 20_001),
        ("subjects", (999_999,)),
        ("communes", ("75056",)),
        ("statements", {999_999: "?"}),
        ("subjects", tuple(range(1, 40))),
    ],
)
def test_what_is_too_long_or_made_up_is_refused_and_nothing_is_written(
    site: Site, citizen: Actor, ideas: Any, field: str, value: Any
) -> None:
    with site.writing() as session, pytest.raises(Invalid) as refusal:
        submit_idea(session, citizen, site.service, replace(MINIMAL, **{field: value}))
    assert list(refusal.value.fields) == ["criteria" if field == "statements" else field]
    assert ideas() == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_draft_with_a_made_up_choice_keeps_all_it_had(
    site: Site, citizen: Actor, proposal: Proposal
) -> None:
    with site.writing() as session:
        saved = save_draft(session, citizen, site.service, proposal)
    with site.writing() as session:
        idea = session.get_one(Idea, saved.id)
        with pytest.raises(Invalid):
            save_draft(
                session, citizen, site.service, replace(proposal, communes=("0",)), idea=idea
            )
    with site.reading() as session:
        kept = proposal_of(session, session.get_one(Idea, saved.id))
    assert set(kept.communes) == set(proposal.communes)
    assert kept.statements == proposal.statements


def test_a_refused_idea_leaves_nothing_even_where_the_refusal_is_caught_and_the_rest_committed(
    site: Site, citizen: Actor, ideas: Any
) -> None:
    with site.writing() as session:
        with pytest.raises(Invalid):
            submit_idea(session, citizen, site.service, replace(MINIMAL, communes=("0",)))
        submit_idea(session, citizen, site.service, MINIMAL)
    assert len(ideas()) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_subject_of_another_service_is_refused(site: Site, citizen: Actor) -> None:
    other = site.add_service("routes")
    with site.reading() as session:
        foreign = subjects_of(session, other.id)[0].id
    with site.writing() as session, pytest.raises(Invalid):
        submit_idea(session, citizen, site.service, replace(MINIMAL, subjects=(foreign,)))


def test_control_characters_do_not_reach_the_database(
    site: Site, citizen: Actor, ideas: Any
) -> None:
    hostile = Proposal(title="a\x00b\u202ec\x07", problem="p\x00\ud800q", body="<script>")
    with site.writing() as session:
        submit_idea(session, citizen, site.service, hostile)
    (idea,) = ideas()
    assert (idea.title, idea.problem, idea.body) == ("abc", "pq", "<script>")


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_the_author_edits_and_only_until_screening(
    site: Site, citizen: Actor, manager: Actor, idea: Idea, events: Any
) -> None:
    changed = replace(MINIMAL, title="A better title")
    for actor in (manager, Actor.visitor()):
        with site.writing() as session, pytest.raises(Forbidden):
            edit_idea(session, actor, site.service, session.merge(idea), changed)
    with site.writing() as session:
        edit_idea(session, citizen, site.service, session.merge(idea), changed)
    with site.writing() as session:
        now = session.get_one(Idea, idea.id)
        assert now.title == "A better title"
        transitions.change_stage(
            session, manager, site.service, frozenset(), now, "screening", "We read it."
        )
    with site.writing() as session, pytest.raises(Refused):
        edit_idea(session, citizen, site.service, session.get_one(Idea, idea.id), MINIMAL)
    assert events() == ["idea.submitted", "idea.edited", "idea.stage_changed"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_edit_that_meets_the_beginning_of_screening_changes_nothing(
    site: Site, citizen: Actor, manager: Actor, idea: Idea
) -> None:
    with site.writing() as session:
        now = session.get_one(Idea, idea.id)
        transitions.change_stage(
            session, manager, site.service, frozenset(), now, "screening", "We read it."
        )
    with site.writing() as session, pytest.raises(Conflict):
        edit_idea(session, citizen, site.service, session.merge(idea, load=False), MINIMAL)
    with site.reading() as session:
        assert session.get_one(Idea, idea.id).title == "A tool library"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_visitor_is_asked_to_sign_in_and_an_archived_service_takes_nothing(
    site: Site, citizen: Actor, administrator: Actor
) -> None:
    with site.writing() as session, pytest.raises(SignInRequired):
        submit_idea(session, Actor.visitor(), site.service, MINIMAL)
    with site.writing() as session:
        service = session.get_one(Service, site.service.id)
        archive_service(session, administrator, service)
    with site.writing() as session, pytest.raises(Forbidden):
        submit_idea(session, citizen, session.get_one(Service, service.id), MINIMAL)


def test_a_draft_can_be_deleted_and_a_submitted_idea_cannot(
    site: Site, citizen: Actor, idea: Idea, ideas: Any, proposal: Proposal
) -> None:
    with site.writing() as session:
        saved = save_draft(session, citizen, site.service, proposal)
    with site.writing() as session:
        discard_draft(session, citizen, site.service, session.get_one(Idea, saved.id))
        with pytest.raises(Conflict):
            discard_draft(session, citizen, site.service, session.get_one(Idea, idea.id))
    assert [each.id for each in ideas()] == [idea.id]
    with site.reading() as session:
        for table in (IdeaSubject, IdeaCommune, IdeaCriterion):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_an_import_can_be_repeated_and_keeps_the_figures_and_dates_of_its_source(
    site: Site, manager: Actor, ideas: Any, clock: Any
) -> None:
    origin = Origin("decidim", "457", "https://example.org/457", votes=12, comments=3)
    at = clock.now
    clock.advance(days=300)
    for first in (True, False):
        with site.writing() as session:
            saved = import_idea(
                session, manager, site.service, Proposal(title="From there"), origin, at
            )
        assert (saved is not None) is first
    (idea,) = ideas()
    assert (idea.submitted_at, idea.author_id) == (at, None)
    assert (idea.source_votes, idea.source_comments) == (12, 3)


def test_submitting_costs_the_same_few_statements_however_much_is_said(
    site: Site, citizen: Actor, proposal: Proposal
) -> None:
    assert site.service
    with Queries(site.app) as queries, site.writing() as session:
        submit_idea(session, citizen, site.service, proposal)
    # The idea, three kinds of rows that check themselves, its author who follows it, the head and
    # the log; as what it is counted, and the totals.
    assert queries.count == 10, queries.statements


def test_an_archived_subject_is_no_longer_offered_and_stays_on_its_ideas(
    site: Site, citizen: Actor, manager: Actor, proposal: Proposal
) -> None:
    with site.writing() as session:
        saved = submit_idea(session, citizen, site.service, proposal)
        change_subject(
            session, manager, site.service, proposal.subjects[0],
            name="Tiers-lieux", position=1, archived=True,
        )  # fmt: skip
    with site.reading() as session:
        offered = [subject.id for subject in subjects_of(session, site.service.id)]
        kept = proposal_of(session, session.get_one(Idea, saved.id)).subjects
    assert proposal.subjects[0] not in offered
    assert proposal.subjects[0] in kept


def test_a_subject_is_added_once_whatever_its_case_and_accents(
    site: Site, manager: Actor, citizen: Actor
) -> None:
    with site.writing() as session:
        assert add_subject(session, manager, site.service, "Été").code == "ete"
        with pytest.raises(Invalid):
            add_subject(session, manager, site.service, " ete ")
        with pytest.raises(Forbidden):
            add_subject(session, citizen, site.service, "Other")


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_of_another_service_is_not_found(site: Site, idea: Idea) -> None:
    other = site.add_service("routes")
    with site.reading() as session:
        for number in (idea.id, 0, 2**31, 10**30):
            with pytest.raises(NotFound):
                idea_of(session, other, number)


@pytest.mark.parametrize(
    ("written", "sought"),
    [
        ("L’école du Cœur", "l'ecole du coeur"),
        ("l'eau", "lʼeau"),
        ("L´atelier", "l’atelier"),
        ("Hauts‑de–Seine", "hauts-de-seine"),
        ("tiers-lieu", "tiers−lieu"),
        ("Łódź", "lodz"),
        ("Smørrebrød", "smorrebrod"),
        ("Ægir et ǽther", "aegir et aether"),
        ("Đà Nẵng", "da nang"),
        ("Þing", "thing"),
        ("bio\u00addiver\u00adsité", "biodiversité"),
        ("zéro\u200bdéchet", "zerodechet"),
        ("«\u202fMieux\u202f»", '" mieux "'),
        ("ﬁn de mois", "fin de mois"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"])
def test_what_reads_alike_is_found_alike_and_makes_one_address(
    written: str, sought: str, database: str
) -> None:
    assert folded(written) == folded(sought)
    assert slug_of(written) == slug_of(sought)
    assert folded(folded(written)) == folded(written)


def test_an_idea_is_found_however_its_signs_are_typed_and_its_subject_is_not_added_twice(
    site: Site, citizen: Actor, manager: Actor
) -> None:
    with site.writing() as session:
        proposal = replace(MINIMAL, title="L’école de Łódź au tiers‑lieu", body="Bio\u00addéchets.")
        saved = submit_idea(session, citizen, site.service, proposal)
        add_subject(session, manager, site.service, "Aujourd’hui le low‑tech")
    assert saved.slug == "l-ecole-de-lodz-au-tiers-lieu"
    site.drain()
    with site.reading() as session:
        for sought in ("l'ecole", "LʼÉCOLE", "lodz", "łódź", "tiers–lieu", "biodéchets"):
            found = session.scalars(
                select(Idea.id).where(*matching_ideas(session, site.service.id, sought))
            ).all()
            assert found == [saved.id], sought
    with pytest.raises(Invalid), site.writing() as session:
        add_subject(session, manager, site.service, "aujourd'hui le low-tech")


def test_a_form_sent_again_with_another_text_corrects_the_idea_it_made(
    site: Site, citizen: Actor, events: Any, ideas: Any
) -> None:
    better = replace(MINIMAL, body="A better body.", communes=("92050", "92012"))
    for proposal in (MINIMAL, better, better):
        with site.writing() as session:
            saved = submit_idea(session, citizen, site.service, proposal, form_key="k")
    assert not saved.changed
    [idea] = ideas()
    assert idea.body == "A better body."
    assert events() == ["idea.submitted", "idea.edited"]
    # What arrives late must not undo the correction.
    with pytest.raises(Conflict, match="still in the form"), site.writing() as session:
        submit_idea(session, citizen, site.service, MINIMAL, form_key="k")
    assert ideas()[0].body == "A better body."


@pytest.mark.parametrize("move", ["screening", "withdrawn"])
def test_a_form_sent_again_says_so_where_its_idea_has_gone_on(
    site: Site, citizen: Actor, manager: Actor, ideas: Any, move: str
) -> None:
    with site.writing() as session:
        saved = submit_idea(session, citizen, site.service, MINIMAL, form_key="k")
    with site.writing() as session:
        idea = session.get_one(Idea, saved.id)
        if move == "withdrawn":
            transitions.withdraw_idea(session, citizen, site.service, frozenset(), idea, "Mine.")
        else:
            transitions.change_stage(
                session, manager, site.service, frozenset(), idea, move, "We read it."
            )
    with pytest.raises(EakError), site.writing() as session:
        other = replace(MINIMAL, body="Other.")
        submit_idea(session, citizen, site.service, other, form_key="k")
    assert ideas()[0].body == MINIMAL.body


def test_a_form_sent_again_in_another_service_is_refused_and_changes_nothing(
    site: Site, citizen: Actor, ideas: Any
) -> None:
    with site.writing() as session:
        submit_idea(session, citizen, site.service, MINIMAL, form_key="k")
    elsewhere = site.add_service("routes")
    other = replace(MINIMAL, body="Other.")
    for send in (submit_idea, save_draft):
        with pytest.raises(Conflict, match="another service"), site.writing() as session:
            send(session, citizen, elsewhere, other, form_key="k")
    assert [(idea.service_id, idea.body) for idea in ideas()] == [(site.service.id, MINIMAL.body)]
