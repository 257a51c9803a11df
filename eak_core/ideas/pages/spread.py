"""Where the ideas of a list are: how many of them name each commune."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from flask import url_for
from sqlalchemy import func, select

from eak_core.db import Session
from eak_core.i18n import _
from eak_core.ideas.describing.territory import KnownCommune
from eak_core.ideas.models import Idea, IdeaCommune
from eak_core.ideas.pages.filtering import feed_values
from eak_core.ideas.reading.listing import Filters, conditions, count_by_commune, latest_ids
from eak_core.web import charts
from eak_core.web.links import with_query

#: Among how many ideas of a narrowed list communes are counted, the latest: a page costs the same
#: however many there are.
LOOKED_THROUGH = 500
_NOWHERE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Spot:
    """A commune that ideas of a list name, how many, and the list of these alone; ``here`` where
    that is the list at hand."""

    name: str
    ideas: int
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The communes that ideas of a list name, by name, and the same as a map. Where there are too
    many ideas, those of ``latest`` were looked through."""

    map: charts.PlaceMap
    spots: tuple[Spot, ...]
    latest: int | None


def spread(
    session: Session,
    service_id: int,
    filters: Filters,
    every: Sequence[KnownCommune],
    ids: Sequence[int] | None = None,
) -> Spread | None:
    """Where among ``every`` commune the ideas are that ``filters`` let through, whichever of them
    they ask for: one statement. ``ids`` are those that have the words of the list. None where no
    idea of the list names a commune."""
    everywhere = replace(filters, commune=None)
    if filters.commune:
        ids = latest_ids(session, service_id, everywhere)
    counts, whole = counted(session, service_id, everywhere, ids)
    if not counts:
        return None
    here, kept = url_for("ideas.index"), feed_values()
    urls = {
        each.code: with_query(here, {**kept, "commune": [each.code]})
        for each in every
        if counts.get(each.code)
    }
    spots = tuple(
        Spot(each.name, counts[each.code], urls[each.code], here=each.code == filters.commune)
        for each in every
        if counts.get(each.code)
    )
    drawn = commune_map(every, counts, urls)
    return Spread(drawn, spots, None if whole else LOOKED_THROUGH)


def counted(
    session: Session, service_id: int, filters: Filters, ids: Sequence[int] | None = None
) -> tuple[dict[str, int], bool]:
    """How many ideas name each commune, by its INSEE code, and whether all were looked through."""
    if not filters.narrow:
        return count_by_commune(session, service_id), True
    latest = (
        select(Idea.id)
        .where(*conditions(session, service_id, filters, ids))
        .order_by(Idea.submitted_at.desc(), Idea.id.desc())
        .limit(LOOKED_THROUGH)
        .cte("latest")
    )
    rows = session.execute(
        select(
            IdeaCommune.commune_code,
            func.count(),
            select(func.count()).select_from(latest).scalar_subquery(),
        )
        .join(latest, latest.c.id == IdeaCommune.idea_id)
        .group_by(IdeaCommune.commune_code)
    ).all()
    return {code: ideas for code, ideas, _all in rows}, all(
        every < LOOKED_THROUGH for _code, _ideas, every in rows
    )


def commune_map(
    communes: Sequence[KnownCommune], counts: Mapping[str, int], urls: Mapping[str, str] = _NOWHERE
) -> charts.PlaceMap:
    """How many ideas name each of ``communes``, by ``counts``; one that names several counts for
    each. A commune leads to its address in ``urls``."""
    return charts.PlaceMap(
        key="carte",
        title=_("Ideas by commune"),
        caption=_("Public ideas by commune"),
        things=_("Commune"),
        amounts=_("Ideas"),
        places=tuple(
            charts.Place(
                each.name,
                each.latitude,
                each.longitude,
                counts.get(each.code, 0),
                urls.get(each.code, ""),
            )
            for each in communes
        ),
    )
