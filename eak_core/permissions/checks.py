"""May this person do this here? Everything asks here: views, commands and templates alike."""

import logging
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol, runtime_checkable

from flask import current_app, has_app_context

from eak_core.errors import Forbidden
from eak_core.i18n import _l
from eak_core.permissions.actor import Actor
from eak_core.permissions.registry import UnknownPermission, current_registry
from eak_core.permissions.rules import Role, Rule

log = logging.getLogger(__name__)


class Place(Protocol):
    """A service, as far as rights go."""

    @property
    def id(self) -> int: ...
    @property
    def audience(self) -> str: ...
    @property
    def preparing(self) -> bool: ...
    @property
    def archived_at(self) -> datetime | None: ...


class Owned(Protocol):
    """Something that may belong to somebody."""

    @property
    def author_id(self) -> int | None: ...


@runtime_checkable
class Related(Protocol):
    """Something that people stand in relations to, which a plugin declares: members of an
    organisation, the referent of an experiment."""

    def relations_of(self, person_id: int) -> AbstractSet[str]:
        """What ``person_id`` is to it, by the names of relations (``matchmaking.referent``)."""
        ...


@runtime_checkable
class Shared(Protocol):
    """Something that stands in several services at once, such as an organisation: what is done to
    it in one of them is done in all."""

    def stands_in(self) -> Collection[int]:
        """The ids of the services where it stands. Those who manage one of them have the rights
        of managers over it where they manage all."""
        ...


class Suspended(Forbidden):
    """The moderators have suspended this person from it, for a time."""


class DeputyOver(Forbidden):
    """The time in which this person acted in a manager's place is over."""


class SignInRequired(Forbidden):
    """It may be allowed to a person who signs in; pages lead there."""

    status = 403


#: What is said to whose role waits for their second factor.
UNSECURED = _l(
    "Your role asks for a second factor, which your account has not yet: set it up in “My space”,"
    " then try again."
)


def may(
    actor: Actor,
    permission: str,
    service: Place | None = None,
    subject: Owned | Related | Shared | None = None,
) -> bool:
    """Whether ``actor`` has ``permission`` in ``service``, about ``subject`` where one is meant.

    Denied unless a rule allows it: also where a service is missing that the permission needs, and
    where nobody declared the permission (which raises `UnknownPermission` under test, and is
    logged otherwise).
    """
    return why(actor, permission, service, subject) is not None


def why(
    actor: Actor,
    permission: str,
    service: Place | None = None,
    subject: Owned | Related | Shared | None = None,
) -> str | None:
    """By what ``actor`` has ``permission``, as `may` says that they do: one of `ROLES`, ``deputy``
    (in a manager's place), ``system``, or a relation by its name; None where they do not."""
    try:
        rule = current_registry().rule(permission)
    except UnknownPermission:
        if not has_app_context() or current_app.testing:
            raise
        log.exception("denied: nobody declares the permission %r", permission)
        return None
    if actor.is_system:
        return "system"
    if rule.on_site:
        return _holds(actor, rule, None, subject)
    if service is None or not _sees(actor, service):
        return None
    if service.archived_at is not None and not rule.when_archived:
        return None
    if rule.abuse is not None and actor.suspended(service.id, rule.abuse):
        return None
    return _holds(actor, rule, service, subject)


def require(
    actor: Actor,
    permission: str,
    service: Place | None = None,
    subject: Owned | Related | Shared | None = None,
) -> None:
    """Return where `may` says yes to ``permission``, about ``subject`` where one is meant;
    `Forbidden` otherwise (`SignInRequired` for a visitor, `Suspended` for whom moderators have
    suspended from it, `DeputyOver` for whose time in a manager's place is over)."""
    if may(actor, permission, service, subject):
        return
    if service is not None and service.archived_at is not None and _sees(actor, service):
        raise Forbidden(_l("This service is archived: it can be read, but no longer changed."))
    rule = current_registry().rule(permission)
    if service is not None and rule.abuse is not None:
        for suspension in actor.suspended(service.id, rule.abuse):
            message = _l(
                "%(said)s “My space” says why, and how to contest it.", said=suspension.said
            )
            raise Suspended(message)
    if not actor.signed_in:
        raise SignInRequired(_l("Please sign in to do this."))
    if not actor.confirmed:
        raise Forbidden(_l("Please confirm your e-mail address first: we sent you a link."))
    if actor.unsecured and rule.role in {"manager", "administrator"}:
        raise Forbidden(UNSECURED)
    if service is not None and rule.role == "manager":
        place = actor.deputy_in(service.id)
        if place is not None and place.over:
            raise DeputyOver(
                _l(
                    "You acted here in the place of somebody who was away, and that time is over:"
                    " what you sent was not done."
                )
            )
    raise Forbidden


def _sees(actor: Actor, service: Place) -> bool:
    """An internal service exists only for agents, its managers and administrators; one that is
    prepared, not for agents yet."""
    if service.audience == "public" or actor.manages(service.id):
        return True
    return actor.agent and not service.preparing


def _holds(
    actor: Actor, rule: Rule, service: Place | None, subject: Owned | Related | Shared | None
) -> str | None:
    if rule.or_author and _is_author(actor, subject):
        return "author"
    if rule.relations and (relation := _relation(actor, rule, subject)) is not None:
        return relation
    if rule.role is None:
        return None
    held = _role(actor, rule.role, service, subject)
    return None if held == "deputy" and rule.lasting else held


def _relation(actor: Actor, rule: Rule, subject: Owned | Related | Shared | None) -> str | None:
    if actor.person_id is None or not actor.confirmed or not isinstance(subject, Related):
        return None
    return min(subject.relations_of(actor.person_id) & {*rule.relations}, default=None)


def _role(
    actor: Actor, role: Role, service: Place | None, subject: Owned | Related | Shared | None
) -> str | None:
    """The role by which ``actor`` has what ``role`` has, the nearest first; None where none is."""
    if role == "visitor":
        return role
    if not actor.signed_in or not actor.confirmed:
        return None
    if role == "author":
        return role if _is_author(actor, subject) else None
    if role == "citizen" or (role == "agent" and actor.agent):
        return role
    if role == "manager" and service is not None and _manages_all(actor, service, subject):
        if service.id in actor.managed and actor.deputy_in(service.id) is None:
            return "manager"
        return "administrator" if actor.administrator else "deputy"
    return "administrator" if actor.administrator else None


def _manages_all(actor: Actor, service: Place, subject: Owned | Related | Shared | None) -> bool:
    """Whether ``actor`` manages every service that what they do is done in."""
    places = {service.id, *(subject.stands_in() if isinstance(subject, Shared) else ())}
    return all(actor.manages(each) for each in places)


def _is_author(actor: Actor, subject: Owned | Related | Shared | None) -> bool:
    return actor.signed_in and getattr(subject, "author_id", None) == actor.person_id
