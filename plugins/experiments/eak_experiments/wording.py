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
}


def lack(code: str) -> Any:
    """What is missing, as a line of a list."""
    if code == "none":
        return _l("none is stated yet")
    return FAULTS.get(code) or FIELDS[code]
