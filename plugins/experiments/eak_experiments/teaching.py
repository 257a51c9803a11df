"""What an experiment is, in plain words: the one source of the hints in the forms and of the page
« Comment on expérimente »."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from eak_core.api import _l


class Help(NamedTuple):
    """How a field is filled in (``hint``), with an ``example`` of a real experiment."""

    hint: Any
    example: Any = ""


#: By the names of the fields of a protocol.
HELPS: Mapping[str, Help] = {
    "title": Help(
        _l("What is tried, and where, in one line."),
        _l("Chairs and shade in three school yards of Nanterre"),
    ),
    "challenge": Help(
        _l("What is the matter today, for whom, and what is known of it."),
        _l("In June the yards reach 38 °C in the afternoon: children stay inside, lessons stop."),
    ),
    "inputs": Help(
        _l("People, money, places, equipment."),
        _l("One gardener half time, 12 000 €, forty movable tubs."),
    ),
    "activities": Help(
        _l("What is done, step by step."),
        _l("Tubs are placed in April with the children; a class waters them each day."),
    ),
    "outputs": Help(
        _l("What can be counted as soon as it is done."),
        _l("Forty tubs, 300 m² of shade, nine classes that take part."),
    ),
    "outcomes": Help(
        _l("What changes for people, if it works."),
        _l("The yard is used on hot afternoons; fewer children are unwell."),
    ),
    "assumptions": Help(
        _l("What must hold for one thing to lead to the other. The experiment tests it."),
        _l("Children come out if there is shade, and schools water in the holidays too."),
    ),
    "communes": Help(_l("A perimeter is limited: the fewer, the clearer.")),
    "sites": Help(
        _l("Which places exactly."),
        _l("The schools Jules-Ferry, Pablo-Neruda and Makarenko."),
    ),
    "public": Help(
        _l("Who takes part in the experiment."),
        _l("Pupils from six to eleven, and the teams of the three schools."),
    ),
    "beneficiaries": Help(
        _l("For whom it is meant, also beyond the perimeter."),
        _l("All pupils of the département’s 270 elementary schools."),
    ),
    "beneficiaries_number": Help(_l("Of the experiment itself."), "640"),
    "starts_on": Help(_l("The first day in the field. The protocol is fixed before.")),
    "ends_on": Help(_l("Left empty, it is six months after the first day; 24 months at most.")),
    "statement": Help(
        _l("One sentence that could turn out to be wrong: who, does what, because of what."),
        _l("With shade, most classes go out on hot afternoons."),
    ),
    "metric": Help(
        _l("One figure that anybody could measure again."),
        _l("Share of hot afternoons on which the yard is used"),
    ),
    "unit": Help(_l("The same in all measures."), "%"),
    "baseline": Help(_l("The figure before anything is done. Nought is a figure, too."), _l("22")),
    "baseline_on": Help(_l("When it was measured; not after the start.")),
    "baseline_source": Help(
        _l("Where it comes from."), _l("Count by the three schools, June of last year")
    ),
    "direction": Help(_l("Which way is better.")),
    "target": Help(_l("What one hopes for."), "70"),
    "success": Help(
        _l("The least that confirms the hypothesis. Said before, so that nobody can move it."), "50"
    ),
    "stop": Help(_l("At this figure one does not go on without a decision."), "15"),
    "method": Help(
        _l("So that somebody else would find the same."),
        _l("Each school notes at 3 p.m. whether the yard is used, on days above 28 °C."),
    ),
    "frequency": Help("", _l("Each week, sent by e-mail on Friday")),
    "owner": Help(
        _l("A function, and no name: this text stays public for ever."),
        _l("The head of each school"),
    ),
    "design": Help(
        _l(
            "A comparison says more than before and after: it shows what would have happened"
            " anyway."
        )
    ),
    "comparison_group": Help(
        _l("Alike in everything but what is tried."),
        _l("Three schools of the same quarter, with yards of the same size."),
    ),
    "sample": Help(_l("How many one means to reach."), "640"),
    "least_sample": Help(
        _l("With fewer, the outcome will be “not conclusive”, whatever the figures say."), "300"
    ),
    "sampling": Help(
        _l("Who decides who takes part, and how."),
        _l("The three hottest yards of those whose schools applied."),
    ),
    "name": Help("", _l("École du paysage de Gennevilliers")),
    "part": Help(
        _l("What it does, and what it brings."), _l("It lends the tubs and trains the gardener.")
    ),
    "agreement": Help("", "CONV-2026-014"),
    "budget": Help(_l("All that is paid, in whole euros; 0 if nothing is."), "12 000"),
    "funding": Help("", _l("Laboratory of the département: 8 000 €; city: 4 000 €")),
    "in_kind": Help(
        _l("What is not paid for: time, places, loans."),
        _l("20 days of teachers; the loan of tubs"),
    ),
    "what": Help("", _l("A tub falls over on a windy day.")),
    "likelihood": Help(""),
    "impact": Help(""),
    "mitigation": Help("", _l("Tubs of 80 kg, fixed to each other by twos.")),
    "stop_rule": Help(
        _l("One sentence: what must happen for the experiment to stop."),
        _l("One accident that needs a doctor."),
    ),
    "legal_basis": Help(_l("Nearly always the first: a pilot that respects the law as it is.")),
    "impact_assessment": Help(
        _l("Needed or not, and where it is. Leave it empty where no personal data is used."),
        _l("Not needed: classes are counted, and nobody is named."),
    ),
    "register": Help(
        _l("Under which entry the processing is registered, or that there is none."),
        _l("No personal data"),
    ),
    "ethics": Help(
        _l("Consent, children, people in a frail situation."),
        _l("Parents were told by a letter; nobody is photographed."),
    ),
    "context": Help(_l("Who tried it, where, and what was different there.")),
    "prerequisites": Help(_l("Legal, technical, human: without what it cannot begin.")),
    "core": Help(
        _l("Without this it is another thing."),
        _l("Children plant and water: tubs alone change nothing."),
    ),
    "adaptable": Help(
        _l("What each place can do its own way."), _l("The plants, the form of the tubs, the days.")
    ),
    "steps": Help("", _l("Choice of the yards: 3 weeks. Building with the children: 2 days.")),
    "roles": Help("", _l("One gardener: 60 days. One teacher in each school: 6 days.")),
    "costs": Help("", _l("To begin: 9 000 €. Each year: 2 500 €.")),
    "indicators": Help(_l("With their units, so that figures can be compared.")),
    "pitfalls": Help("", _l("Tubs of plastic break in the first winter.")),
    "contact": Help(_l("A service with an address that outlives people.")),
    "licence": Help("", _l("Licence Ouverte 2.0")),
    "lessons": Help(
        _l("What would you tell somebody who wants to do the same? Facts first."),
        _l("Shade is not enough: where no adult stayed outside, nobody went out."),
    ),
    "next_time": Help(_l("Therefore we will…")),
    "unintended": Help(
        _l("What came of it that nobody had looked for, good or bad."),
        _l("Neighbours came to water on Sundays."),
    ),
    "adaptations": Help(_l("What you do in another way, and why.")),
    "fidelity": Help(_l("How much of what must be kept you keep, in per cent."), "80"),
    "reason": Help(_l("It is public, and stands beside what was changed.")),
}


#: The chapters of the page: title, text, and the fields that belong to it.
CHAPTERS: tuple[tuple[Any, Any, tuple[str, ...]], ...] = (
    (
        _l("A hypothesis"),
        _l("It is a sentence that could turn out to be wrong. “Shade is good for children” cannot;"
           " “with shade, most classes go out on hot afternoons” can."),
        ("statement", "assumptions"),
    ),
    (
        _l("A figure, and thresholds"),
        _l("Before one begins, one says which figure counts, where it stands today, from where"
           " on one will"
           " say that it worked, and from where on one stops. Said afterwards, any figure is a"
           " success."),
        ("metric", "baseline", "target", "success", "stop"),
    ),
    (
        _l("A perimeter, and a time"),
        _l("A few places, six months: small enough to be stopped without harm, long enough to see"
           " something. After three months one looks whether it is worth going on."),
        ("communes", "public", "ends_on"),
    ),
    (
        _l("Evidence"),
        _l("That a figure has changed does not say why. Whoever compares with others who are"
           " alike knows"
           " more; whoever reaches too few people knows nothing, and says so."),
        ("design", "comparison_group", "sample", "least_sample"),
    ),
    (
        _l("Stopping"),
        _l("When a stop threshold is reached, those who carry the experiment decide at once. It"
           " is no shame:"
           " what one learns by stopping in time, others need not pay for."),
        ("stop_rule", "lessons", "next_time"),
    ),
    (
        _l("Doing it again"),
        _l("What worked once may have worked by chance. A kit says what must be kept and what"
           " may change,"
           " so that another team can try."),
        ("core", "adaptable", "pitfalls"),
    ),
)  # fmt: skip


def described(name: str) -> Any:
    """The hint of a field, with its example, as one text."""
    told = HELPS.get(name)
    if told is None:
        return ""
    if not told.example:
        return told.hint
    if not told.hint:
        return _l("Example: %(example)s", example=told.example)
    return _l("%(hint)s Example: %(example)s", hint=told.hint, example=told.example)
