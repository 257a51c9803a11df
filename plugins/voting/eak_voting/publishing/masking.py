"""Titles of ideas that moderators hide: no page and no file of a ballot shows them.

The terms keep them as they were frozen, because their hash stands in the public log. What everybody
can read says in their place that the idea is hidden, and the public reason. Once it is shown again,
so is its title.
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from eak_core.api import Service, Session, _, hidden_reasons
from eak_voting.settings import Option, Terms

#: Public reasons, by the number of what is hidden.
Reasons = Mapping[int, str]


def reasons_of(session: Session, service: Service, terms: Terms) -> Reasons:
    """What moderators hide of ``terms``: one query."""
    [reasons] = reasons_of_all(session, service, [terms])
    return reasons


def reasons_of_all(session: Session, service: Service, terms: Iterable[Terms]) -> list[Reasons]:
    """As `reasons_of`, for many ballots in one query."""
    every = list(terms)
    asked = {_subject(option) for each in every for option in each.options if option.idea}
    hidden = hidden_reasons(session, service.id, asked)
    return [
        {
            option.number: hidden[_subject(option)]
            for option in each.options
            if _subject(option) in hidden
        }
        for each in every
    ]


def hidden_title(number: int) -> str:
    """What stands in the place of the title of what is hidden."""
    return _("Idea no. %(number)s, hidden by the moderators", number=number)


def told(number: int, reason: str) -> str:
    """The same with its reason, for files, where nothing stands beside it."""
    return _(
        "Idea no. %(number)s, hidden by the moderators: %(reason)s", number=number, reason=reason
    )


def for_pages(terms: Terms, reasons: Reasons) -> Terms:
    """``terms`` as pages say them, which tell the reasons beside, and lead to no hidden idea."""
    if not reasons:
        return terms
    options = tuple(
        replace(each, idea=None) if each.number in reasons else each for each in terms.options
    )
    titles = {number: hidden_title(number) for number in reasons}
    return replace(terms, options=options).retitled(titles)


def for_files(terms: Terms, reasons: Reasons) -> Terms:
    """``terms`` as tables say them, the reasons with the titles."""
    return terms.retitled({number: told(number, reason) for number, reason in reasons.items()})


def _subject(option: Option) -> str:
    return f"idea:{option.idea}"
