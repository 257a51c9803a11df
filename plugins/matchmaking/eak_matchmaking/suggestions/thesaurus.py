"""The thesaurus of a service: the one of the plugin, as its managers have changed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from sqlalchemy import delete, func, select

from eak_core.api import (
    Actor,
    Invalid,
    NotFound,
    Refused,
    Service,
    Session,
    _l,
    clean_line,
    clock,
    publish,
    require,
    spelled_stems,
)
from eak_matchmaking.events import ThesaurusEdited
from eak_matchmaking.scoring.thesaurus import Thesaurus, own_lines, read_thesaurus
from eak_matchmaking.suggestions.tables import ThesaurusGroup

#: So many groups a service can add.
MOST_OWN = 200
#: So many terms a group can have, of so many characters.
MOST_TERMS, TERM_LENGTH = 20, 60
FEWEST_TERMS = 2


@dataclass(frozen=True, slots=True)
class Group:
    """Words that mean the same. One that came with the plugin has a ``number`` from 1 and its
    ``built_in`` terms; a row of the service has its ``id``. It is off where it has no ``terms``."""

    terms: tuple[str, ...]
    number: int | None = None
    built_in: tuple[str, ...] = ()
    id: int | None = None

    @property
    def changed(self) -> bool:
        """Whether it came with the plugin, and a manager has changed it or switched it off."""
        return self.number is not None and self.id is not None


def stems_of(text: str) -> list[str]:
    """The stems of a text, as those of offers are made."""
    return [stem for stem, _word in spelled_stems(text)]


def terms_of(line: str) -> tuple[str, ...]:
    """The terms of a line, with commas between."""
    return tuple(each for each in map(clean_line, line.split(",")) if each)


@cache
def built_in() -> Sequence[tuple[str, ...]]:
    """The groups that come with the plugin."""
    return [terms_of(each) for each in own_lines() if each.strip() and not each.startswith("#")]


def thesaurus_of(session: Session, service_id: int) -> Thesaurus:
    """The thesaurus of a service, with one statement."""
    return _read(tuple(each.terms for each in groups_of(session, service_id) if each.terms))


def groups_of(session: Session, service_id: int) -> Sequence[Group]:
    """All groups of a service: its own, then those that came with the plugin."""
    rows = session.execute(
        select(ThesaurusGroup.id, ThesaurusGroup.replaces, ThesaurusGroup.terms)
        .where(ThesaurusGroup.service_id == service_id)
        .order_by(ThesaurusGroup.id)
    ).all()
    changed = {row.replaces: (terms_of(row.terms), row.id) for row in rows if row.replaces}
    groups = [Group(terms_of(row.terms), id=row.id) for row in rows if not row.replaces]
    for number, terms in enumerate(built_in(), start=1):
        now, row_id = changed.get(terms[0], (terms, None))
        groups.append(Group(now, number, terms, row_id))
    return groups


@lru_cache(maxsize=100)
def _read(groups: tuple[tuple[str, ...], ...]) -> Thesaurus:
    """What groups come to. A term that stands in two, as where an upgrade brings one that a service
    had added itself, counts in the first."""
    seen: set[str] = set()
    lines = []
    for group in groups:
        kept = []
        for term in group:
            key = " ".join(stems_of(term))
            if key and key not in seen:
                seen.add(key)
                kept.append(term)
        if len(kept) >= FEWEST_TERMS:
            lines.append(", ".join(kept))
    return read_thesaurus(lines, stems_of)


def group_of(session: Session, service: Service, number: int | None, id_: int | None) -> Group:
    """The group that came with the plugin under ``number``, or that of the row ``id_``. `NotFound`
    where there is none."""
    for each in groups_of(session, service.id):
        if each.number == number and (number is not None or each.id == id_):
            return each
    raise NotFound(_l("There is no group of words at this address."))


def change(
    session: Session, actor: Actor, service: Service, group: Group | None, terms: Sequence[str]
) -> None:
    """Let a group hold ``terms``, or a new one where it is None. Without terms, one that came with
    the plugin is switched off, and one of the service is deleted. `Invalid` where they cannot be a
    group; `Refused` beyond `MOST_OWN`."""
    require(actor, "matchmaking.run", service)
    # One after the other: two at once could put one word into two groups.
    session.execute(select(Service.id).where(Service.id == service.id).with_for_update())
    line = ", ".join(terms)
    if terms or group is None:
        _ensure_a_group(session, service, group, terms)
    if group is not None and tuple(terms) == group.terms:
        return
    own = ThesaurusGroup.service_id == service.id
    if group is None:
        if (session.scalar(select(func.count()).where(own)) or 0) >= MOST_OWN:
            raise Refused(_l("There are %(most)s groups of this service: delete one first.",
                             most=MOST_OWN))  # fmt: skip
        session.add(
            ThesaurusGroup(service_id=service.id, replaces="", terms=line, edited_at=clock.now())
        )
    elif (group.number is None and not terms) or tuple(terms) == group.built_in:
        session.execute(delete(ThesaurusGroup).where(own, ThesaurusGroup.id == group.id))
    elif group.id is not None:
        row = session.get_one(ThesaurusGroup, group.id)
        row.terms, row.edited_at = line, clock.now()
    else:
        session.add(
            ThesaurusGroup(
                service_id=service.id, replaces=group.built_in[0], terms=line,
                edited_at=clock.now(),
            )
        )  # fmt: skip
    session.flush()
    publish(session, ThesaurusEdited(), service_id=service.id, actor_id=actor.person_id)


def _ensure_a_group(
    session: Session, service: Service, group: Group | None, terms: Sequence[str]
) -> None:
    def wrong(sentence: object) -> Invalid:
        return Invalid(_l("Nothing was changed."), {"terms": sentence})

    if not FEWEST_TERMS <= len(terms) <= MOST_TERMS:
        raise wrong(_l("Give from %(fewest)s to %(most)s words or expressions.",
                       fewest=FEWEST_TERMS, most=MOST_TERMS))  # fmt: skip
    others = {
        " ".join(stems_of(term)): term
        for each in groups_of(session, service.id)
        if (each.number, each.id) != (group and group.number, group and group.id)
        for term in each.terms
    }
    here: dict[str, str] = {}
    for term in terms:
        key = " ".join(stems_of(term))
        if len(term) > TERM_LENGTH:
            raise wrong(_l("“%(term)s” is too long: %(max)s characters at most.",
                           term=f"{term[:TERM_LENGTH]}…", max=TERM_LENGTH))  # fmt: skip
        if not key:
            raise wrong(_l("“%(term)s” holds no word that is compared.", term=term))
        if key in here:
            raise wrong(_l("“%(term)s” and “%(other)s” are the same word.",
                           term=term, other=here[key]))  # fmt: skip
        if key in others:
            raise wrong(_l("“%(term)s” stands in another group already, as “%(other)s”.",
                           term=term, other=others[key]))  # fmt: skip
        here[key] = term
