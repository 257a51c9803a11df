"""What the journal says: which events are decisions, of which kind, and each in a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from eak_core.i18n import _, _l, ngettext
from eak_core.ideas.stages import Graph
from eak_core.plugins.per_service.activation import titles

#: What is decided, by kind: what it is called, and the events that tell of it.
KINDS: Mapping[str, tuple[Any, tuple[str, ...]]] = MappingProxyType(
    {
        "ideas": (
            _l("Ideas"),
            (
                "idea.stage_changed",
                "idea.merged",
                "idea.transferred",
                "idea.received",
                "idea.transfer_offered",
                "idea.transfer_answered",
                "idea.opinion_asked",
                "idea.opinion_given",
            ),
        ),
        "moderation": (
            _l("Moderation"),
            (
                "content.hidden",
                "content.restored",
                "content.report_decided",
                "content.appeal_decided",
                "moderation.measure_taken",
                "moderation.measure_lifted",
            ),
        ),
        "people": (
            _l("People and roles"),
            (
                "role.granted",
                "role.revoked",
                "deputy.named",
                "deputy.ended",
                "person.closed",
                "person.reopened",
                "person.secured",
                "person.unsecured",
                "person.consulted",
            ),
        ),
        "plugins": (
            _l("Plugins"),
            (
                "plugin.enabled",
                "plugin.disabled",
                "plugin.configured",
                "plugin.suspended",
                "plugin.resumed",
                "plugin.rebuilt",
                "plugin.purged",
            ),
        ),
        "settings": (
            _l("Settings"),
            (
                "service.created",
                "service.changed",
                "service.promise_changed",
                "service.screening_changed",
                "service.picture_changed",
                "charter.changed",
                "subject.changed",
                "criterion.changed",
            ),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Words:
    """What numbers mean: the names of people, of what was written, of stages, and of the services
    that everybody may read."""

    people: Mapping[int, str]
    things: Mapping[str, str]
    graph: Graph
    services: Mapping[int, str]

    def person(self, number: int) -> str:
        return self.people.get(number) or _("somebody who has left the site")

    def thing(self, subject: str) -> str:
        return self.things.get(subject) or _("something that is there no more")

    def stage(self, name: str) -> str:
        return str(self.graph.stage(name).title)


#: Says what an event tells, by its payload.
Sayer = Callable[[Mapping[str, Any], Words], str]

_ROLES = {"manager": _l("manager of the service"), "administrator": _l("administrator of the site")}
_OUTCOMES = {
    "hidden": _l("Reports answered, the text is hidden: %(thing)s"),
    "kept": _l("Reports answered, the text stays: %(thing)s"),
    "gone": _l("Reports closed, the text is there no more: %(thing)s"),
}
_VERDICTS = {
    "upheld": _l("Appeal decided, the decision stands: %(thing)s"),
    "reversed": _l("Appeal decided, the decision is reversed: %(thing)s"),
}
_ENDS = ("from_id", "to_id")
_ANSWERS = {
    "taken": _l("Offer taken, %(way)s: “%(thing)s”"),
    "declined": _l("Offer declined, %(way)s: “%(thing)s”"),
    "taken_back": _l("Offer taken back, %(way)s: “%(thing)s”"),
}
_CHANGED = {
    "name": _l("name"),
    "description": _l("description"),
    "audience": _l("audience"),
    "theme": _l("appearance"),
    "archived": _l("the service is archived"),
    "restored": _l("the service is open again"),
}


def _moved(data: Mapping[str, Any], words: Words) -> str:
    return _(
        "“%(thing)s” goes from “%(here)s” to “%(there)s”",
        thing=words.thing(f"idea:{data['idea_id']}"),
        here=words.stage(data["from_stage"]),
        there=words.stage(data["to_stage"]),
    )


def _merged(data: Mapping[str, Any], words: Words) -> str:
    return _(
        "“%(thing)s” becomes part of “%(other)s”",
        thing=words.thing(f"idea:{data['idea_id']}"),
        other=words.thing(f"idea:{data['into_id']}"),
    )


def _transferred(data: Mapping[str, Any], words: Words) -> str:
    thing, service = words.thing(f"idea:{data['idea_id']}"), words.services.get(data["to_id"])
    if service is None:
        return _("“%(thing)s” goes to another service", thing=thing)
    return _("“%(thing)s” goes to the service “%(service)s”", thing=thing, service=service)


def _received(data: Mapping[str, Any], words: Words) -> str:
    thing, service = words.thing(f"idea:{data['idea_id']}"), words.services.get(data["from_id"])
    if service is None:
        return _("“%(thing)s” comes from another service", thing=thing)
    return _("“%(thing)s” comes from the service “%(service)s”", thing=thing, service=service)


def _offered(data: Mapping[str, Any], words: Words) -> str:
    return _said_of_offer(_l("Offered, %(way)s: “%(thing)s”"), data, words)


def _offer_answered(data: Mapping[str, Any], words: Words) -> str:
    return _said_of_offer(_ANSWERS[data["outcome"]], data, words)


def _said_of_offer(text: Any, data: Mapping[str, Any], words: Words) -> str:
    ends = (words.services.get(data[each]) or _("another service") for each in _ENDS)
    thing = words.thing(f"idea:{data['idea_id']}")
    return str(text) % {"way": " → ".join(ends), "thing": thing}


def _of_content(text: Any) -> Sayer:
    return lambda data, words: str(text) % {"thing": words.thing(data["content"])}


def _of_outcome(texts: Mapping[str, Any]) -> Sayer:
    def say(data: Mapping[str, Any], words: Words) -> str:
        return str(texts[data["outcome"]]) % {"thing": words.thing(data["content"])}

    return say


def _of_person(text: Any) -> Sayer:
    def say(data: Mapping[str, Any], words: Words) -> str:
        role = str(_ROLES.get(data.get("role", ""), ""))
        return str(text) % {"name": words.person(data["person_id"]), "role": role}

    return say


def _of_deputy(text: Any) -> Sayer:
    return lambda data, words: (
        str(text) % {"name": words.person(data["person_id"]), "other": words.person(data["for_id"])}
    )


def _of_plugin(text: Any) -> Sayer:
    return lambda data, words: str(text) % {"plugin": titles([data["plugin"]])}


def _of_service(data: Mapping[str, Any], words: Words) -> str:
    changed = ", ".join(str(_CHANGED.get(each, each)) for each in data["changed"])
    return _("Settings of the service: %(changed)s", changed=changed)


def _promised(data: Mapping[str, Any], words: Words) -> str:
    if data["days"] is None:
        return _("No answer is promised to new ideas any more")
    return ngettext(
        "An answer to new ideas is promised within %(num)s day",
        "An answer to new ideas is promised within %(num)s days",
        data["days"],
    )


def _measured(data: Mapping[str, Any], words: Words) -> str:
    if data["kind"] == "warning":
        return _("Somebody is warned for misuse of the site")
    return _("Somebody is suspended for a time for misuse of the site")


def _plain(text: Any) -> Sayer:
    return lambda data, words: str(text)


SAYERS: Mapping[str, Sayer] = MappingProxyType(
    {
        "idea.stage_changed": _moved,
        "idea.merged": _merged,
        "idea.transferred": _transferred,
        "idea.received": _received,
        "idea.transfer_offered": _offered,
        "idea.transfer_answered": _offer_answered,
        "idea.opinion_asked": lambda data, words: _(
            "%(name)s is asked for an opinion on “%(thing)s”",
            name=words.person(data["reviewer_id"]),
            thing=words.thing(f"idea:{data['idea_id']}"),
        ),
        "idea.opinion_given": lambda data, words: _(
            "An opinion on “%(thing)s” is given", thing=words.thing(f"idea:{data['idea_id']}")
        ),
        "content.hidden": _of_content(_l("Hidden: %(thing)s")),
        "content.restored": _of_content(_l("Shown again: %(thing)s")),
        "content.report_decided": _of_outcome(_OUTCOMES),
        "content.appeal_decided": _of_outcome(_VERDICTS),
        "moderation.measure_taken": _measured,
        "moderation.measure_lifted": _plain(_l("A warning or a suspension is taken back")),
        "role.granted": _of_person(_l("%(name)s becomes %(role)s")),
        "role.revoked": _of_person(_l("%(name)s is no longer %(role)s")),
        "deputy.named": _of_deputy(_l("%(name)s acts in the place of %(other)s")),
        "deputy.ended": _of_deputy(_l("%(name)s acts no more in the place of %(other)s")),
        "person.consulted": _of_person(_l("The account of %(name)s was looked up")),
        "person.closed": _of_person(_l("The account of %(name)s is closed")),
        "person.reopened": _of_person(_l("The account of %(name)s is open again")),
        "person.secured": _of_person(_l("The account of %(name)s asks for a second factor")),
        "person.unsecured": _of_person(
            _l("The account of %(name)s no longer asks for a second factor")
        ),
        "plugin.enabled": _of_plugin(_l("The plugin “%(plugin)s” is switched on")),
        "plugin.disabled": _of_plugin(_l("The plugin “%(plugin)s” is switched off")),
        "plugin.configured": _of_plugin(_l("The settings of “%(plugin)s” are changed")),
        "plugin.suspended": _of_plugin(_l("The plugin “%(plugin)s” is put aside after failures")),
        "plugin.resumed": _of_plugin(_l("The plugin “%(plugin)s” is let back")),
        "plugin.rebuilt": _of_plugin(_l("The plugin “%(plugin)s” is built anew")),
        "plugin.purged": _of_plugin(_l("Everything that “%(plugin)s” had stored is deleted")),
        "service.created": _plain(_l("The service is opened")),
        "service.changed": _of_service,
        "service.promise_changed": _promised,
        "service.screening_changed": lambda data, words: ngettext(
            "%(num)s opinion is asked for before a decision",
            "%(num)s opinions are asked for before a decision",
            data["opinions"],
        ),
        "service.picture_changed": lambda data, words: (
            _("The service has another picture, or other words for it")
            if data["pictured"]
            else _("The picture of the service is taken away")
        ),
        "charter.changed": _plain(_l("The charter is changed")),
        "subject.changed": _plain(_l("The list of subjects is changed")),
        "criterion.changed": _plain(_l("The criteria are changed")),
    }
)
