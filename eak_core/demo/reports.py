"""What was reported in the demonstration: one text waits for a decision, another one was left in
its place, which whoever reported it contests, and somebody who reports what they do not like is
warned."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import select

from eak_core.db import Session
from eak_core.demo.demonstration import Demo
from eak_core.ideas.models import Idea
from eak_core.ideas.visibility import subject_of
from eak_core.moderation import appeals, reports
from eak_core.moderation.measures import decide_measure
from eak_core.moderation.models import Report
from eak_core.permissions import Actor
from eak_core.services.models import Service

Act = Callable[[Session], None]

READER = reports.Reporter("Démo Passante", "passante@demo.example")


def acts(demo: Demo) -> Iterator[tuple[datetime, Act]]:
    """Each with its date."""

    def reported_by_a_reader(session: Session) -> None:
        words = "Il n’y a qu’une jardinière dans ces serres. A-t-elle donné son accord ?"
        _report(session, demo, Actor.visitor(), "ateliers-serres", "privacy", words)

    def kept(session: Session) -> None:
        reason = (
            "Aucun nom n’est donné, et un métier n’est pas une donnée privée : la charte protège"
            " les personnes, et personne n’est désigné ici."
        )
        service, subject = _place(session, demo, "ateliers-serres")
        reports.decide(session, demo.actor(session, "gestion"), service, subject, "kept", reason)

    def contested(session: Session) -> None:
        words = "Elle est seule à ce poste : tous les habitués sauront de qui on parle."
        service, subject = _place(session, demo, "ateliers-serres")
        query = select(Report).where(Report.service_id == service.id, Report.subject == subject)
        first = session.scalars(query).one()
        appeals.contest_report(session, Actor.visitor(), service, first, words)

    def reported_by_a_neighbour(session: Session) -> None:
        words = "L’un des deux riverains référents est l’auteur, qui ne le dit pas."
        actor = demo.actor(session, "habitante")
        _report(session, demo, actor, "sieste", "charter", words)

    def reported_without_ground(session: Session) -> None:
        for key in ("trottoirs", "abris-bus"):
            actor, words = demo.actor(session, "habitante"), "Encore une idée inutile."
            _report(session, demo, actor, key, "spam", words)

    def found_without_ground(session: Session) -> None:
        for key in ("trottoirs", "abris-bus"):
            service, subject = _place(session, demo, key)
            reason = "L’idée répond à un besoin et n’a rien d’une publicité."
            manager = demo.actor(session, "gestion")
            reports.decide(session, manager, service, subject, "kept", reason)

    def warned(session: Session) -> None:
        service, _subject = _place(session, demo, "trottoirs")
        person, manager = demo.people["habitante"].id, demo.actor(session, "gestion")
        reason = (
            "Deux idées ont été signalées comme publicitaires parce qu’elles ne plaisaient pas."
            " Un désaccord se dit dans la discussion\u202f; un signalement sert à ce que la charte"
            " interdit."
        )
        decide_measure(session, manager, service, person, "warning", "reports", reason)

    yield demo.days_ago(9, "reported without ground"), reported_without_ground
    yield demo.days_ago(8, "found without ground"), found_without_ground
    yield demo.days_ago(7, "warned"), warned
    yield demo.days_ago(5, "greenhouses reported"), reported_by_a_reader
    yield demo.days_ago(4, "greenhouses kept"), kept
    yield demo.days_ago(3, "greenhouses contested"), contested
    yield demo.days_ago(2, "yard reported"), reported_by_a_neighbour


def _report(
    session: Session, demo: Demo, actor: Actor, idea: str, ground: str, explanation: str
) -> None:
    service, subject = _place(session, demo, idea)
    reports.report(
        session, actor, service, subject, ground=ground, explanation=explanation, reporter=READER
    )


def _place(session: Session, demo: Demo, key: str) -> tuple[Service, str]:
    idea = session.get_one(Idea, demo.ideas[key].id)
    return session.get_one(Service, idea.service_id), subject_of(idea.id)
