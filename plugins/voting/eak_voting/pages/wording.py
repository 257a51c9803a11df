"""The words for what a ballot can be, wherever they are shown: methods, grades, secrecy …"""

from collections.abc import Mapping
from typing import Any

from eak_core.api import _l

#: From the worst (1) to the best (7), as official French scales name them.
GRADE_TITLES: Mapping[int, Any] = {
    1: _l("To reject"),
    2: _l("Insufficient"),
    3: _l("Passable"),
    4: _l("Fairly good"),
    5: _l("Good"),
    6: _l("Very good"),
    7: _l("Excellent"),
}

METHOD_TITLES: Mapping[str, Any] = {
    "support": _l("Support"),
    "approval": _l("Approval"),
    "majority": _l("Majority judgment"),
    "budget": _l("Participatory budget"),
}

METHOD_SENTENCES: Mapping[str, Any] = {
    "support": _l("One click on each idea one supports, taken back by one click; the ideas with the"
                  " most support come first."),
    "approval": _l("Each voter ticks the ideas they approve of, as many as they like or within the"
                   " limits you set; the most approved come first."),
    "majority": _l("Each voter grades the ideas, from “To reject” to “Excellent”, on the criteria"
                   " of the service; an idea is worth the grade that a majority gives it at"
                   " least."),
    "budget": _l("Ideas are projects that cost something; voters say which ones they want, and the"
                 " count says which ones the budget pays for."),
}  # fmt: skip

SECRECY_TITLES: Mapping[str, Any] = {
    "secret": _l("Secret"),
    "pseudonymous": _l("Under a pseudonym"),
    "public": _l("Public"),
}

SECRECY_SENTENCES: Mapping[str, Any] = {
    "secret": _l("The site keeps who voted and what was chosen apart: nobody can look up what"
                 " somebody chose, not even those who run the service. A vote can be changed only"
                 " with a code that the voter alone receives."),
    "pseudonymous": _l("Each vote is published after the close under a number without a name. The"
                       " site knows whose number it is, and shows it to nobody."),
    "public": _l("After the close, everybody reads who chose what, as at a show of hands."),
}  # fmt: skip

PUBLICATION_TITLES: Mapping[str, Any] = {
    "after_close": _l("After the close"),
    "totals": _l("The turnout at once, the rest after the close"),
    "live": _l("At any time"),
}

PUBLICATION_SENTENCES: Mapping[str, Any] = {
    "after_close": _l("Nobody sees anything before the count, not even those who run the service:"
                      " what leads draws more votes, for no other reason."),
    "totals": _l("Everybody sees how many people have voted; what they chose shows after the"
                 " count, also to those who run the service."),
    "live": _l("Everybody sees a provisional result while votes are cast; a secret ballot cannot"
               " offer that."),
}  # fmt: skip

RESIDENTS_TITLES: Mapping[str, Any] = {
    "anyone": _l("Everybody with a confirmed account"),
    "inhabitants": _l("Those who declare that they live in one of some communes"),
    "agents": _l("The agents of the administration"),
}

MISSING_TITLES: Mapping[str, Any] = {
    "worst": _l("Not graded counts as “To reject”"),
    "median": _l("Not graded counts as the idea’s own majority grade"),
    "normalised": _l("Only the grades given count, as shares"),
}

MISSING_SENTENCES: Mapping[str, Any] = {
    "worst": _l("An idea must convince those who have not read it. The most demanding rule, and the"
                " usual one."),
    "median": _l("Whoever does not grade an idea leaves its majority grade where the others put"
                 " it."),
    "normalised": _l("An idea that ten people graded weighs as much as one that a thousand did."),
}  # fmt: skip

BALLOT_TITLES: Mapping[str, Any] = {
    "approve": _l("Tick the projects they want"),
    "points": _l("Distribute points"),
    "basket": _l("Fill a basket that costs no more than the budget"),
}

RULE_TITLES: Mapping[str, Any] = {
    "equal-shares": _l("Equal shares"),
    "greedy": _l("The most votes first"),
}

RULE_SENTENCES: Mapping[str, Any] = {
    "equal-shares": _l("Every voter holds the same share of the budget, and projects are paid for"
                       " by those who want them: each group gets its part."),
    "greedy": _l("Projects are taken from the most wanted on, as long as the money lasts: a large"
                 " group can decide about all of it."),
}  # fmt: skip

COMPLETION_TITLES: Mapping[str, Any] = {
    "add1-exhaustive": _l("Raise the shares, until no other project can be paid for"),
    "add1": _l("Raise the shares, until the next step would cost too much"),
    "utilitarian": _l("Spend what is left on the projects with the most votes"),
    "none": _l("Leave it unspent"),
}

STATE_TITLES: Mapping[str, Any] = {
    "draft": _l("Draft"),
    "upcoming": _l("Announced"),
    "open": _l("Open"),
    "closing": _l("Being counted"),
    "counted": _l("Counted"),
    "cancelled": _l("Cancelled"),
}

#: What a group of ballots is called where managers see them all.
GROUP_TITLES: Mapping[str, Any] = {
    "draft": _l("Drafts"),
    "upcoming": _l("Announced ballots"),
    "open": _l("Open ballots"),
    "closing": _l("Ballots being counted"),
    "counted": _l("Counted ballots"),
    "cancelled": _l("Cancelled ballots"),
}
