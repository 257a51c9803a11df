"""Asking an ambassador something: passed on by the platform, which shows neither side the address
of the other."""

from collections.abc import Sequence

from sqlalchemy import select

from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import TEXT_LENGTH, Ambassador, Request
from eak_ambassadors.recognition import terms
from eak_ambassadors.recognition.signing import address_of
from eak_core.api import (
    Actor,
    Conflict,
    NotFound,
    Refused,
    Service,
    Session,
    _,
    _l,
    checked_words,
    clock,
    hold_account,
    insert_once,
    person_names,
    require,
    send_mail,
)

#: How many questions one person may have waiting at once.
MOST_WAITING = 5
#: How many entries a list shows.
SHOWN = 200


def answering(session: Session, service_id: int) -> Sequence[Ambassador]:
    """The ambassadors who answer questions, in the order in which they were recognised."""
    return session.scalars(
        select(Ambassador).where(*terms.who_answer(service_id)).order_by(Ambassador.id).limit(SHOWN)
    ).all()


def who_answers(session: Session, service: Service, ambassador_id: int) -> Ambassador:
    """An ambassador who answers questions. `NotFound` otherwise."""
    found = session.scalar(
        select(Ambassador).where(*terms.who_answer(service.id), Ambassador.id == ambassador_id)
    )
    if found is None:
        raise NotFound(_l("Nobody answers questions at this address."))
    return found


def ask(
    session: Session,
    actor: Actor,
    service: Service,
    ambassador: Ambassador,
    question: str,
    *,
    form_key: str | None = None,
) -> int:
    """Pass a question on to an ambassador; answers its number. The same form again asks once.

    `Refused` beyond `MOST_WAITING` questions that wait, and to oneself.
    """
    require(actor, "ambassadors.ask", service)
    hold_account(session, actor)
    question = _checked(question, "question", _("Write your question."))
    if ambassador.person_id == actor.person_id:
        raise Refused(_l("You would ask yourself."))
    waiting = session.scalars(
        select(Request.id).where(
            Request.service_id == service.id,
            Request.asker_id == actor.person_id,
            Request.answered_at.is_(None),
        )
    ).all()
    if len(waiting) >= MOST_WAITING:
        raise Refused(_l("As many of your questions wait for an answer as can."))
    values = {
        "service_id": service.id,
        "ambassador_id": ambassador.id,
        "asker_id": actor.person_id,
        "question": question,
        "asked_at": clock.now(),
        "answer": "",
        "form_key": form_key or None,
    }
    number = insert_once(session, Request, values, Request.id)
    if number is None:
        return session.scalars(
            select(Request.id).where(
                Request.asker_id == actor.person_id, Request.form_key == form_key
            )
        ).one()
    name = person_names(session, [actor.person_id or 0]).get(actor.person_id or 0, "")
    _write(
        session, service, number, ambassador.person_id,
        _l("Somebody asks you something, as an ambassador"),
        _l(
            "%(name)s asks:\n\n%(question)s\n\nTo answer, or to pass: %(link)s",
            name=name, question=question,
            link=address_of(service, "request", number=number),
        ),
        "asked",
    )  # fmt: skip
    return number


def request_of(session: Session, actor: Actor, service: Service, number: int) -> Request:
    """A question, for whoever asked and whoever is asked. `NotFound` for everybody else."""
    found = session.get(Request, number) if 0 < number < 2**31 else None
    if found is None or found.service_id != service.id or not actor.signed_in:
        raise NotFound(_l("There is no question at this address."))
    if actor.person_id not in {found.asker_id, asked_person(session, found)}:
        raise NotFound(_l("There is no question at this address."))
    return found


def asked_person(session: Session, request: Request) -> int | None:
    """Who is asked, as long as they are an ambassador."""
    return session.scalar(
        select(Ambassador.person_id).where(
            *terms.current(request.service_id), Ambassador.id == request.ambassador_id
        )
    )


def answer(session: Session, actor: Actor, service: Service, number: int, words: str) -> None:
    """Answer a question. `NotFound` for whoever is not asked, `Conflict` once it is answered."""
    hold_account(session, actor)
    found = request_of(session, actor, service, number)
    session.refresh(found, with_for_update=True)
    words = _checked(words, "answer", _("Write your answer."))
    if asked_person(session, found) != actor.person_id:
        raise NotFound(_l("There is no question at this address."))
    if found.answered_at is not None:
        raise Conflict(_l("This question is answered."))
    found.answer, found.answered_at = words, clock.now()
    session.flush()
    _write(
        session, service, number, found.asker_id,
        _l("An ambassador has answered you"),
        _l("%(answer)s\n\nYour question, and this answer: %(link)s", answer=words,
           link=address_of(service, "request", number=number)),
        "answered",
    )  # fmt: skip


def own(session: Session, actor: Actor, service: Service) -> Sequence[Request]:
    """The questions that ``actor`` asked, and those that they are asked, the latest first."""
    mine = terms.own(session, actor, service)
    asked_me = Request.ambassador_id == (mine.id if mine is not None else 0)
    return session.scalars(
        select(Request)
        .where(
            Request.service_id == service.id,
            (Request.asker_id == actor.person_id) | asked_me,
        )
        .order_by(Request.id.desc())
        .limit(SHOWN)
    ).all()


def _checked(text: str, field: str, missing: str) -> str:
    return checked_words(
        text, field, _l("Nothing was passed on."), most=TEXT_LENGTH, missing=missing
    )


def _write(
    session: Session,
    service: Service,
    number: int,
    person_id: int | None,
    subject: object,
    text: object,
    what: str,
) -> None:
    if person_id is not None:
        send_mail(
            session,
            plugin.name,
            person_id=person_id,
            subject=subject,
            text=text,
            dedupe_key=f"{what}:{number}",
            service_id=service.id,
        )
