"""Who has which right, and why: what `eak_core.permissions.why` answers for each person who has a
role or a part in a service. Nothing is said of anybody else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from eak_core import clock
from eak_core.db import Session
from eak_core.i18n import _, _l
from eak_core.people.models import Deputy, Person, RoleGrant
from eak_core.people.names import person_names
from eak_core.people.rights.actor import actor_for
from eak_core.people.rights.relations import Relation, relations_in
from eak_core.permissions import Actor, current_registry, why
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import active_in, titles
from eak_core.services.models import Service
from eak_core.web.i18n import date

#: What the core's permissions allow, in words; those that everybody has are not told.
RIGHTS: Mapping[str, Any] = MappingProxyType(
    {
        "service.manage": _l("Read and change the settings of the service, its lists, its charter"),
        "service.create": _l("Open a service"),
        "service.archive": _l("Archive the service, and open it again"),
        "role.grant": _l("Invite people to run the service"),
        "role.revoke": _l("Take the running of the service from somebody"),
        "plugin.toggle": _l("Switch plugins on and off, and set them"),
        "idea.change_stage": _l("Decide about ideas: bring them from stage to stage"),
        "content.hide": _l("Hide what breaks the charter or the law, and decide about reports"),
        "content.restore": _l("Show again what was hidden, and decide about appeals"),
        "person.suspend": _l("Warn who misuses the service, and suspend them for a time"),
        "site.administer": _l("Run the site: services, people, plugins, mail, events"),
        "person.export": _l("Give a person a copy of their data"),
        "person.erase": _l("Erase the account of a person who asks for it"),
    }
)


@dataclass(frozen=True, slots=True)
class Ground:
    """Why somebody has rights: ``reason`` in words, ``since`` when and by whom (``by``, empty where
    it is not known), and the ``rights`` themselves. ``of`` leads to what it is about."""

    reason: str
    rights: tuple[str, ...]
    since: datetime | None = None
    by: str = ""
    of: Any = None


@dataclass(slots=True)
class Holder:
    """Somebody with rights, and their ``grounds``."""

    person_id: int
    name: str
    grounds: list[Ground] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _In:
    """What somebody stands in relations to, whatever it is."""

    person_id: int
    names: frozenset[str]

    def relations_of(self, person_id: int) -> frozenset[str]:
        return self.names if person_id == self.person_id else frozenset()


def rights_in(session: Session, service: Service, active: frozenset[str]) -> list[Holder]:
    """Who has rights in ``service`` beyond those of everybody, by name; the same few statements for
    any number of people, beside those of the plugins."""
    people = _with_roles(session, service)
    relations = relations_in(session, service, active)
    others = {each.person_id for each in relations} - people.keys()
    people |= _accounts(session, Person.id.in_(others)) if others else {}
    actors = {person.id: actor_for(session, person) for person in people.values()}
    granters = _granters(session, people.values(), actors)
    holders = {}
    for person in people.values():
        actor = actors[person.id]
        grounds = list(_of_roles(actor, person, service, active, granters))
        grounds += _of_relations(actor, service, active, relations)
        if grounds:
            holders[person.id] = Holder(person.id, person.name, grounds)
    return _by_name(holders.values())


def rights_on_site(session: Session) -> list[Holder]:
    """Who runs the site or a service, by name, with what each may do there; three statements. What
    people are to things of plugins stands on the page of each service."""
    people = _with_roles(session)
    actors = {person.id: actor_for(session, person) for person in people.values()}
    services = {
        each.id: each
        for each in session.scalars(
            select(Service).where(Service.id.in_(_places(people.values(), actors)))
        )
    }
    active = active_in(session, list(services))
    granters = _granters(session, people.values(), actors)
    holders = []
    for person in people.values():
        actor, holder = actors[person.id], Holder(person.id, person.name)
        if on_site := _rights(actor, None, frozenset(), "administrator"):
            every = _("In each service, all that its managers may")
            reason = _("because administrator of the site")
            holder.grounds.append(Ground(reason, (*on_site, every)))
        for grant in sorted(person.grants, key=lambda each: services[each.service_id].name):
            service = services[grant.service_id]
            rights = _rights(actor, service, active[service.id], "manager")
            if rights:
                holder.grounds.append(_as_manager(service, rights, grant, granters))
        for place in actor.stands_in:
            service = services[place.service_id]
            if not place.over and (rights := _rights(actor, service, active[service.id], "deputy")):
                holder.grounds.append(_as_deputy(actor, service, rights, granters))
        if holder.grounds:
            holders.append(holder)
    return _by_name(holders)


def _places(people: Iterable[Person], actors: Mapping[int, Actor]) -> set[int]:
    own = {grant.service_id for person in people for grant in person.grants}
    return own | {place.service_id for actor in actors.values() for place in actor.stands_in}


def _of_roles(
    actor: Actor,
    person: Person,
    service: Service,
    active: frozenset[str],
    granters: Mapping[int, str],
) -> Iterator[Ground]:
    as_manager = _rights(actor, service, active, "manager")
    grant = next((each for each in person.grants if each.service_id == service.id), None)
    if as_manager and grant is not None:
        yield _as_manager(service, as_manager, grant, granters)
    if as_deputy := _rights(actor, service, active, "deputy"):
        yield _as_deputy(actor, service, as_deputy, granters)
    if as_administrator := _rights(actor, service, active, "administrator"):
        yield Ground(_("because administrator of the site"), as_administrator)
    if as_agent := _rights(actor, service, active, "agent"):
        yield Ground(_("because agent of the administration, by their address"), as_agent)


def _as_manager(
    service: Service, rights: tuple[str, ...], grant: RoleGrant, granters: Mapping[int, str]
) -> Ground:
    reason = _("because manager of “%(service)s”", service=service.name)
    by = granters.get(grant.granted_by or 0, "")
    return Ground(reason, rights, grant.granted_at, by, service)


def _as_deputy(
    actor: Actor, service: Service, rights: tuple[str, ...], names: Mapping[int, str]
) -> Ground:
    place = actor.deputy_in(service.id)
    assert place is not None
    last = place.until - timedelta(seconds=1)
    reason = _(
        "because deputy of %(name)s in “%(service)s”, until %(day)s included",
        name=names.get(place.for_id, ""),
        service=service.name,
        day=date(last),
    )
    return Ground(reason, rights, of=service)


def _of_relations(
    actor: Actor, service: Service, active: frozenset[str], relations: Sequence[Relation]
) -> Iterator[Ground]:
    for each in relations:
        if each.person_id != actor.person_id:
            continue
        subject = _In(each.person_id, frozenset(each.names))
        rights = tuple(
            _title(permission)
            for permission in _known(active)
            if why(actor, permission, service, subject) in each.names
        )
        if rights:
            yield Ground(
                _("because %(relation)s: %(of)s", relation=each.relation, of=each.of.label),
                rights, each.since, of=each.of,
            )  # fmt: skip


def _rights(
    actor: Actor, service: Service | None, active: frozenset[str], ground: str
) -> tuple[str, ...]:
    """What ``actor`` may do by ``ground``, in words."""
    return tuple(
        _title(permission)
        for permission in _known(active)
        if why(actor, permission, service) == ground
        and (service is not None or current_registry().rule(permission).on_site)
    )


def _known(active: frozenset[str]) -> list[str]:
    """The permissions of the core and of the plugins ``active``."""
    plugins = get_host().ready
    asked = list(RIGHTS)
    for name in sorted(active & plugins.keys()):
        asked += plugins[name].permissions
    return asked


def _title(permission: str) -> str:
    if permission in RIGHTS:
        return str(RIGHTS[permission])
    name = permission.partition(".")[0]
    said = get_host().ready[name].rights.get(permission, permission)
    return _("%(plugin)s: %(right)s", plugin=titles([name]), right=said)


def _with_roles(session: Session, service: Service | None = None) -> dict[int, Person]:
    """Who has a role in ``service``, in any where it is None, or stands in for somebody there, or
    runs the site."""
    granted = select(RoleGrant.person_id)
    deputies = select(Deputy.person_id).where(Deputy.ends_at > clock.now())
    if service is not None:
        granted = granted.where(RoleGrant.service_id == service.id)
        deputies = deputies.where(Deputy.service_id == service.id)
    of = or_(Person.administrator, Person.id.in_(granted), Person.id.in_(deputies))
    return _accounts(session, of)


def _accounts(session: Session, condition: Any) -> dict[int, Person]:
    rows = session.scalars(select(Person).where(condition).options(selectinload(Person.grants)))
    return {person.id: person for person in rows}


def _granters(
    session: Session, people: Iterable[Person], actors: Mapping[int, Actor]
) -> Mapping[int, str]:
    """The names of who gave a role, and of who is stood in for."""
    given = {grant.granted_by for person in people for grant in person.grants if grant.granted_by}
    places = {place.for_id for actor in actors.values() for place in actor.stands_in}
    return person_names(session, given | places)


def _by_name(holders: Iterable[Holder]) -> list[Holder]:
    return sorted(holders, key=lambda each: (each.name.casefold(), each.person_id))
