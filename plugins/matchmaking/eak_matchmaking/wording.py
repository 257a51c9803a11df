"""What people read of a score or a round: why, what would have changed it, who was left out."""

from collections.abc import Iterable, Mapping

from eak_core.api import _, ngettext
from eak_matchmaking.rounds.explaining import Refusal
from eak_matchmaking.scoring.declined import Reason
from eak_matchmaking.scoring.features import Obstacle
from eak_matchmaking.scoring.scores import Part
from eak_matchmaking.scoring.suggesting import Change, LeftOut
from eak_matchmaking.scoring.weights import Kind

#: How many words in common are named.
MOST_WORDS = 5


def part_words(part: Part, names: Mapping[str, str]) -> str:
    """Why ``part`` gives points: “same commune: Nanterre”; empty where it gives none. ``names``:
    how codes are called; one that is not among them stands for itself."""
    if not part.points:
        return ""
    what, number = _listed(part.items, names), len(part.items)
    match part.kind:
        case "kind":
            return _("offers: %(what)s", what=_listed(part.items, {**resources(), **names}))
        case "subject":
            return ngettext("same subject: %(what)s", "same subjects: %(what)s", number, what=what)
        case "commune" if part.items:
            return ngettext("same commune: %(what)s", "same communes: %(what)s", number, what=what)
        case "commune":
            return _("in the whole territory")
        case "public":
            return ngettext("same public: %(what)s", "same publics: %(what)s", number, what=what)
        case "period" | "declined":
            return _numbered(part)
        case "words":
            shown = ", ".join(part.items[:MOST_WORDS])
            return ngettext("term in common: %(what)s", "terms in common: %(what)s",
                            number, what=shown)  # fmt: skip
        case "meaning":
            return _("texts of like meaning")


def _numbered(part: Part) -> str:
    if part.kind == "declined":
        return ngettext(
            "the partner has declined %(num)s like idea",
            "the partner has declined %(num)s like ideas",
            part.met,
        )
    return ngettext(
        "%(num)s day of the %(asked)s asked for",
        "%(num)s days of the %(asked)s asked for",
        part.met,
        asked=part.asked,
    )


def change_words(change: Change, names: Mapping[str, str]) -> str:
    """What would have brought it further up, in a sentence."""
    part = change.part
    if part.kind == "period":
        return _("Would be at rank %(rank)s if it held on all days asked for.", rank=change.rank)
    called = {**resources(), **names} if part.kind == "kind" else names
    what = _listed(part.missing, called)
    if part.kind == "commune":
        return _(
            "Would be at rank %(rank)s if it were also there: %(what)s.",
            rank=change.rank, what=what,
        )  # fmt: skip
    return _("Would be at rank %(rank)s if it also had: %(what)s.", rank=change.rank, what=what)


def left_out_words(left_out: LeftOut) -> str:
    """Why it is not suggested."""
    reasons = obstacles()
    return ", ".join(reasons[each] for each in left_out.obstacles) or _("nothing in common")


def refusal_words(refusal: Refusal[str], names: Mapping[str, str]) -> str:
    """Why an idea does not go with a partner that it wanted more, in a sentence."""
    name = names.get(refusal.receiver, refusal.receiver)
    if refusal.rank is None:
        return _("%(name)s did not name it.", name=name)
    return ngettext(
        "%(name)s gives it rank %(rank)s, and its %(num)s place went to rank %(kept_to)s.",
        "%(name)s gives it rank %(rank)s, and its %(num)s places went as far as rank %(kept_to)s.",
        refusal.capacity,
        name=name,
        rank=refusal.rank,
        kept_to=refusal.kept_to,
    )


def obstacles() -> dict[Obstacle, str]:
    """What keeps an offer from answering a need at all."""
    return {
        "capacity": _("no place left for a pilot"),
        "period": _("no day in common"),
        "territory": _("no commune in common"),
        "declined": _("the partner has said: not for us"),
    }


def part_titles() -> dict[Kind, str]:
    """What each part of a score is called."""
    return {
        "kind": _("the same kind of resource"),
        "subject": _("the same subject"),
        "commune": _("the same commune"),
        "public": _("the same public"),
        "period": _("the days that are asked for"),
        "words": _("words in common"),
        "meaning": _("likeness of meaning"),
        "declined": _("like ideas that were declined"),
    }


def reasons() -> dict[Reason, str]:
    """Why a partner declines an idea."""
    return {
        "subject": _("It is not our field."),
        "place": _("It is too far from us."),
        "means": _("We do not have enough of what it needs."),
        "moment": _("It is not the moment."),
        "other": _("For another reason."),
    }


def resources() -> dict[str, str]:
    """What an offer can bring and an idea can need, by its code."""
    return {
        "place": _("a place"),
        "equipment": _("equipment"),
        "skill": _("a skill"),
        "money": _("money"),
        "public": _("a public"),
        "data": _("data"),
    }


def _listed(codes: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(code, code) for code in codes)
