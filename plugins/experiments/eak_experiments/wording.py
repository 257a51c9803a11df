"""Sentences for what the rules say in machine words."""

from collections.abc import Mapping
from typing import Any

from eak_core.api import _l

#: The steps of the form.
STEPS: Mapping[str, Any] = {
    "idea": _l("The question"),
    "theory": _l("How it is to work"),
    "perimeter": _l("Where, and for whom"),
    "dates": _l("When"),
    "hypotheses": _l("Hypotheses"),
    "method": _l("Method"),
    "partners": _l("Partners and team"),
    "budget": _l("Means"),
    "risks": _l("Risks"),
    "data": _l("Law and personal data"),
}

#: Where an experiment stands, with the tone of its badge.
STAGES: Mapping[str, tuple[Any, str]] = {
    "draft": (_l("In preparation"), "neutral"),
    "fixed": (_l("Protocol fixed"), "progress"),
    "running": (_l("Under way"), "progress"),
    "suspended": (_l("Suspended"), "attention"),
    "evaluating": (_l("Being evaluated"), "attention"),
    "closed": (_l("Closed"), "neutral"),
    "past": (_l("From elsewhere"), "neutral"),
}

#: What happened to an experiment.
HAPPENED: Mapping[str, Any] = {
    "fixed": _l("The protocol was fixed"),
    "started": _l("The experiment started"),
    "amended": _l("The protocol was amended"),
    "reviewed": _l("It was reviewed"),
    "extended": _l("It was extended"),
    "suspended": _l("It was suspended"),
    "resumed": _l("It goes on"),
    "ended": _l("It came to its end and is evaluated"),
    "closed": _l("It was closed"),
    "left_all": _l("Looked at again: what it tried is still there"),
    "left_partly": _l("Looked at again: part of what it tried is still there"),
    "left_gone": _l("Looked at again: nothing of what it tried is there any more"),
}

DESIGNS: Mapping[str, Any] = {
    "before_after": _l("Before and after"),
    "comparison": _l("With a group to compare"),
    "staggered": _l("One site after the other"),
    "randomised": _l("Drawn by lot"),
    "qualitative": _l("By interviews and observation"),
}
LEVELS: Mapping[str, Any] = {"low": _l("Low"), "medium": _l("Medium"), "high": _l("High")}
LEGAL_BASES: Mapping[str, Any] = {
    "ordinary": _l("Ordinary: no law is departed from"),
    "article_37_1": _l("Article 37-1 of the Constitution"),
    "article_72": _l("Article 72, fourth paragraph, of the Constitution"),
}
DIRECTIONS: Mapping[str, Any] = {"up": _l("It is to rise"), "down": _l("It is to fall")}

ENTRY_KINDS: Mapping[str, tuple[Any, str]] = {
    "observation": (_l("Observation"), "neutral"),
    "measure": (_l("Measure"), "progress"),
    "decision": (_l("Decision"), "success"),
    "incident": (_l("Incident"), "stopped"),
    "feedback": (_l("What inhabitants say"), "attention"),
}
ARMS: Mapping[str, Any] = {
    "trial": _l("Those with whom one tries"),
    "comparison": _l("Those one compares with"),
}
DECISIONS: Mapping[str, Any] = {
    "go_on": _l("It goes on"),
    "suspend": _l("It is suspended"),
    "stop": _l("It stops: the evaluation begins"),
}

#: What an experiment can come to, with what that means and the tone of its badge.
OUTCOMES: Mapping[str, tuple[Any, Any, str]] = {
    "generalised": (
        _l("Generalised"),
        _l("It becomes the rule, everywhere."),
        "success",
    ),
    "sustained": (
        _l("Kept"),
        _l("It stays where it was tried, or goes to some other places."),
        "success",
    ),
    "extended": (
        _l("To be tried further"),
        _l("One changes something, and tries again with another protocol."),
        "progress",
    ),
    "stopped": (
        _l("Stopped"),
        _l("It does not do what it was to do, or costs too much for it. What it taught stays."),
        "stopped",
    ),
    "inconclusive": (
        _l("Not conclusive"),
        _l("Too few people or figures to say: one knows no more than before, but how to ask."),
        "attention",
    ),
}
VERDICTS: Mapping[str, Any] = {
    "confirmed": _l("Confirmed"),
    "not_confirmed": _l("Not confirmed"),
    "inconclusive": _l("Cannot be said"),
}
STANDINGS: Mapping[str, Any] = {
    "in_place": _l("It is still there"),
    "partly": _l("Part of it is still there"),
    "gone": _l("Nothing of it is there any more"),
}
#: What each level of evidence means.
LEVELS_OF_EVIDENCE: Mapping[int, Any] = {
    1: _l("It is described what was done, and why it should work. No figure proves it."),
    2: _l("Figures before and after, with the number of people or sites. Something else may have"
          " caused the change."),
    3: _l("A comparison group that was alike: the change is due to what was tried."),
    4: _l("Another team did it again, and evaluated it."),
    5: _l("It can be done again with a complete kit, and adopters told how faithful they were."),
}  # fmt: skip

#: What keeps an experiment from being closed.
CLOSING_FAULTS: Mapping[str, Any] = {
    "lessons": _l("Write what it taught. That is what stays of it, above all where it stopped."),
    "unintended": _l("Say what nobody had looked for, good or bad. “Nothing” is an answer, too."),
    "reasons": _l("Say why this is the outcome: it is public."),
    "outcome": _l("Choose the outcome."),
    "cost": _l("Say what it cost, in euros; 0 if nothing was paid."),
    "sample": _l("Say how many people or sites were reached."),
    "verdict": _l("Give each hypothesis its verdict."),
    "too_few": _l("Fewer were reached than the least number of the protocol: the outcome is “not"
                  " conclusive”, whatever the figures say."),
    "not_measured": _l("A hypothesis has no figure: nothing can be claimed of it. The outcome is"
                       " “not"
                       " conclusive”."),
    "not_confirmed": _l("Not all hypotheses are confirmed: it can be kept where it was tried,"
                        " and not"
                        " generalised."),
    "not_proved": _l("To generalise, figures of before and after are needed, with the numbers"
                     " they are"
                     " of (evidence of level 2)."),
    "dear": _l("It cost more than 100 000 €: to generalise, a comparison group is needed"
               " (evidence of"
               " level 3)."),
}  # fmt: skip

#: The steps in which an experiment is closed.
CLOSING_STEPS: Mapping[str, Any] = {
    "verdicts": _l("Verdicts"),
    "figures": _l("What it took"),
    "lessons": _l("What it taught"),
    "outcome": _l("The outcome"),
}

#: The fields of a kit.
KIT: Mapping[str, Any] = {
    "context": _l("Where it comes from"),
    "prerequisites": _l("What must be there before"),
    "core": _l("What must be kept"),
    "adaptable": _l("What may change"),
    "steps": _l("Step by step, with durations"),
    "roles": _l("Who does what, and for how many days"),
    "costs": _l("What it costs, to begin and each year"),
    "indicators": _l("What to measure"),
    "pitfalls": _l("What goes wrong easily"),
    "contact": _l("Whom to ask (a service)"),
    "licence": _l("Licence of the texts"),
}

#: What contradicts itself in a protocol.
FAULTS: Mapping[str, Any] = {
    "target_side": _l("The target is on the wrong side of the baseline: check the direction."),
    "success_side": _l("The threshold of success is on the wrong side of the baseline."),
    "success_beyond_target": _l("The threshold of success lies beyond the target: it is the least"
                                " that confirms, the target is what one hopes for."),
    "stop_side": _l("The stop threshold contradicts the threshold of success: a figure could reach"
                    " both."),
    "stop_beyond_baseline": _l("The stop threshold is reached by the baseline already."),
    "future": _l("This day is in the future."),
    "end_before_start": _l("The last day comes before the first one."),
    "too_long": _l("That is longer than 24 months: an experiment is limited in time."),
    "least_above": _l("The least number is larger than the planned one."),
    "baseline_late": _l("The baseline was measured after the start."),
}  # fmt: skip

#: The fields of a protocol, as forms and pages call them.
FIELDS: Mapping[str, Any] = {
    "title": _l("Title of the experiment"),
    "challenge": _l("The problem it answers"),
    "subjects": _l("Subjects"),
    "inputs": _l("What one puts in"),
    "activities": _l("What one does"),
    "outputs": _l("What comes of it at once"),
    "outcomes": _l("What it is to change"),
    "assumptions": _l("On what condition"),
    "communes": _l("Communes"),
    "sites": _l("Places"),
    "public": _l("Public"),
    "beneficiaries": _l("Who gains by it"),
    "beneficiaries_number": _l("How many people"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "hypotheses": _l("Hypotheses"),
    "design": _l("How one will know"),
    "comparison_group": _l("With whom one compares"),
    "sample": _l("Planned number of people or sites"),
    "least_sample": _l("Least number below which nothing can be concluded"),
    "sampling": _l("How they are chosen"),
    "partners": _l("Partners"),
    "budget": _l("Planned budget, in euros"),
    "funding": _l("Who pays"),
    "in_kind": _l("What is brought in kind"),
    "risks": _l("Risks"),
    "legal_basis": _l("Legal basis"),
    "impact_assessment": _l("Data-protection impact assessment"),
    "register": _l("Register of processing"),
    "ethics": _l("Other precautions"),
    "statement": _l("We believe that…"),
    "metric": _l("What is measured"),
    "unit": _l("Unit"),
    "baseline": _l("Baseline"),
    "baseline_on": _l("Day of the baseline"),
    "baseline_source": _l("Source of the baseline"),
    "direction": _l("Direction"),
    "target": _l("Target"),
    "success": _l("Threshold of success"),
    "stop": _l("Stop threshold"),
    "method": _l("How it is collected"),
    "frequency": _l("How often"),
    "owner": _l("Who measures (a function)"),
    "name": _l("Organisation"),
    "part": _l("Its part"),
    "agreement": _l("Reference of the agreement"),
    "what": _l("What could go wrong"),
    "likelihood": _l("Likelihood"),
    "impact": _l("Impact"),
    "mitigation": _l("What is done about it"),
    "stop_rule": _l("When it stops the experiment"),
    "version": _l("Version"),
    "lessons": _l("Lessons"),
    "next_time": _l("What follows from it"),
}


def lack(code: str) -> Any:
    """What is missing, as a line of a list."""
    if code == "none":
        return _l("none is stated yet")
    return FAULTS.get(code) or FIELDS[code]
