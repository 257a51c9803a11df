"""Plays the demonstration's content, one dated act after the other."""

from collections.abc import Callable, Iterator
from datetime import datetime

from flask import Flask
from sqlalchemy import select

from eak_core import clock
from eak_core.db import Session, write_session
from eak_core.demo import reports
from eak_core.demo.content import (
    PASSWORD,
    Content,
    IdeaStory,
    PersonStory,
    ServiceStory,
    Step,
)
from eak_core.demo.content import content as read_content
from eak_core.demo.demonstration import Demo
from eak_core.demo.drawings import drawing
from eak_core.files.attaching import attach_files
from eak_core.files.staging import stage_file
from eak_core.ideas.content.attachments import OWNER
from eak_core.ideas.deciding.offered import offer_idea
from eak_core.ideas.deciding.screening import Mark, change_screening, give_opinion
from eak_core.ideas.deciding.transferring import transfer_idea
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.describing.criteria import criteria_of
from eak_core.ideas.describing.opening import create_service
from eak_core.ideas.describing.subjects import add_subject, subjects_of
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing import coauthors
from eak_core.ideas.proposing.promises import change_promise
from eak_core.ideas.proposing.proposals import Proposal, save_draft, submit_idea
from eak_core.ideas.visibility import subject_of
from eak_core.notices.following import follow_by_default
from eak_core.people.accounts.account import create_person
from eak_core.people.rights.roles import grant_role
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import active_plugins, enable
from eak_core.services.directory import list_services
from eak_core.services.models import Service

# How many days before the first idea the services were opened.
LEAD = 7

Act = Callable[[Session], None]


def load(app: Flask) -> bool:
    """Fill the empty site of ``app``, in one transaction: all of it, or nothing.

    False, and nothing done, where there is a service already: what people did there is kept.
    """
    content = read_content()
    demo = Demo(clock.now())
    with app.app_context(), write_session(app) as session:
        if list_services(session, Actor.system(), archived=True):
            return False
        for instant, act in sorted(_acts(demo, content), key=lambda dated: dated[0]):
            with clock.freeze(instant):
                act(session)
        _let_people_follow(session, demo, content)
        _let_plugins_add(session, demo)
    return True


def _acts(demo: Demo, content: Content) -> Iterator[tuple[datetime, Act]]:
    """Everything that happens, each with its date; what has the same date keeps this order."""
    opening = demo.days_ago(max(idea.days for idea in content.ideas) + LEAD)
    for person in content.people:
        yield opening, _joins(demo, person)
    for service in content.services:
        yield opening, _opens(demo, service, content)
    for idea in content.ideas:
        yield demo.days_ago(idea.days, idea.key), _is_told(demo, idea)
        for step in idea.steps:
            yield demo.days_ago(step.days, f"{idea.key} {step.to}"), _goes_on(demo, idea, step)
    yield from reports.acts(demo)
    yield demo.days_ago(1, "opinions asked for"), _weighs(demo)


def _weighs(demo: Demo) -> Act:
    """The laboratory asks for an opinion before each decision from now on; the first one is
    given."""

    def act(session: Session) -> None:
        idea = session.get_one(Idea, demo.ideas["composte-marche"].id)
        service, actor = session.get_one(Service, idea.service_id), demo.actor(session, "gestion")
        change_screening(session, actor, service, 1)
        give_opinion(
            session, actor, service, idea,
            advice="accept",
            words="Le besoin est réel, et le marché est d’accord. L’hygiène reste à régler.",
            marks={
                "economic": Mark(3, "Peu coûteux\u202f; l’entretien est à chiffrer."),
                "social": Mark(4),
                "experimental": Mark(3, "Mesurable en six mois."),
            },
        )  # fmt: skip

    return act


def _joins(demo: Demo, story: PersonStory) -> Act:
    def act(session: Session) -> None:
        demo.people[story.key] = create_person(
            session,
            story.email,
            story.name,
            PASSWORD,
            administrator=story.role == "administrator",
            locale="fr",
        )

    return act


def _opens(demo: Demo, story: ServiceStory, content: Content) -> Act:
    def act(session: Session) -> None:
        system = Actor.system()
        service = create_service(
            session,
            system,
            story.slug,
            story.name,
            description=story.description,
            audience=story.audience,
            theme=story.theme,
        )
        session.flush()
        change_promise(session, system, service, story.answer_days)
        for person in content.people:
            if person.role == "manager" and story.slug in (person.runs or (story.slug,)):
                grant_role(session, system, demo.people[person.key], service, "manager")
        known = {subject.name for subject in subjects_of(session, service.id)}
        told = [
            name
            for idea in content.ideas
            if story.slug in (idea.service, idea.stands_in)
            for name in idea.subjects
        ]
        for name in dict.fromkeys(told):
            if name not in known:
                add_subject(session, system, service, name)
        for plugin in story.plugins:
            if plugin in get_host().ready:
                enable(session, system, service, plugin)

    return act


def _is_told(demo: Demo, story: IdeaStory) -> Act:
    def act(session: Session) -> None:
        service = _service(session, story.service)
        tell = save_draft if story.draft else submit_idea
        actor = demo.actor(session, story.author)
        saved = tell(session, actor, service, _proposal(session, service, story))
        idea = demo.ideas[story.key] = session.get_one(Idea, saved.id)
        for person in story.together:
            coauthors.invite(session, actor, service, idea, demo.people[person].email or "")
            (waiting,) = coauthors.waiting_for(session, idea)
            joining = demo.actor(session, person)
            coauthors.accept(session, joining, service, coauthors.name_of(waiting))
        staged = [
            stage_file(drawing(each.drawing), each.name, alt=each.alt) for each in story.files
        ]
        attach_files(session, actor, service, OWNER, subject_of(saved.id), staged)

    return act


def _proposal(session: Session, service: Service, story: IdeaStory) -> Proposal:
    subjects = {subject.name: subject.id for subject in subjects_of(session, service.id)}
    criteria = {criterion.code: criterion.id for criterion in criteria_of(session, service.id)}
    return Proposal(
        title=story.title,
        problem=story.problem,
        body=story.body,
        needs=story.needs,
        elsewhere=story.elsewhere,
        existing=story.existing,
        subjects=tuple(subjects[name] for name in story.subjects),
        communes=story.communes,
        statements={criteria[code]: text for code, text in story.statements.items()},
    )


def _goes_on(demo: Demo, story: IdeaStory, step: Step) -> Act:
    def act(session: Session) -> None:
        idea = session.get_one(Idea, demo.ideas[story.key].id, populate_existing=True)
        service = session.get_one(Service, idea.service_id)
        active = active_plugins(session, service.id)
        manager = demo.actor(session, step.by)
        if step.withdraw:
            author = demo.actor(session, story.author)
            withdraw_idea(session, author, service, active, idea, step.reason)
        elif step.transfer:
            to = _service(session, step.transfer)
            transfer_idea(session, manager, service, idea.id, to, step.reason)
        elif step.offer:
            to = _service(session, step.offer)
            offer_idea(session, manager, service, idea.id, to, step.reason)
        else:
            change_stage(session, manager, service, active, idea, step.to, step.reason)

    return act


def _let_people_follow(session: Session, demo: Demo, content: Content) -> None:
    """What they chose before anything was told: a worker then tells them of all that is played."""
    services = {each.slug: each for each in list_services(session, Actor.system())}
    for story in content.people:
        for name in story.follows:
            if name in services:
                service_id, subject = services[name].id, f"service:{services[name].id}"
            else:
                idea = demo.ideas[name]
                service_id, subject = idea.service_id, subject_of(idea.id)
            follow_by_default(session, service_id, subject, demo.people[story.key].id)


def _let_plugins_add(session: Session, demo: Demo) -> None:
    for service in list_services(session, Actor.system()):
        active = active_plugins(session, service.id)
        asked = get_host().call_each(
            "load_demo", active, session=session, service=service, demo=demo
        )
        list(asked)  # nobody is asked before this is read


def _service(session: Session, slug: str) -> Service:
    return session.scalars(select(Service).where(Service.slug == slug)).one()
