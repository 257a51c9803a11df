"""What voters declare on their way to the box: where they live, that they have the age."""

from typing import Any

from eak_core.api import Actor, Service, Session, _, communes
from eak_voting.casting.electorate import declare, declared
from eak_voting.pages.booth.forms import AgeForm, CastForm, CommuneAndAgeForm, CommuneForm
from eak_voting.settings import Terms


def cast_form(session: Session, actor: Actor, terms: Terms, *, fresh: bool = False) -> CastForm:
    """The form of the last step: it asks what ``actor`` has not declared yet and has to."""
    wants_commune, wants_age = _wanted(session, actor, terms)
    kind = {
        (False, False): CastForm,
        (True, False): CommuneForm,
        (False, True): AgeForm,
        (True, True): CommuneAndAgeForm,
    }[wants_commune, wants_age]
    form = kind(formdata=None) if fresh else kind()
    if wants_commune:
        known = [(each.code, each.name) for each in communes(session)]
        form.commune.choices = [("", _("Choose a commune")), *known]
    if wants_age:
        age = terms.settings.electorate.minimum_age
        form.age.label.text = _("I am at least %(age)s years old", age=age)
    return form


def prepared(form: CastForm, session: Session, actor: Actor) -> CastForm:
    """``form`` with the commune that was declared before, which can be put right here."""
    if isinstance(form, CommuneForm):
        form.commune.data = declared(session, actor.person_id).commune or ""
    return form


def _wanted(session: Session, actor: Actor, terms: Terms) -> tuple[bool, bool]:
    electorate = terms.settings.electorate
    if not actor.signed_in or not electorate.asks:
        return False, False
    said = declared(session, actor.person_id)
    age = electorate.minimum_age
    return (
        electorate.who == "inhabitants" and said.commune not in electorate.communes,
        age is not None and (said.age or 0) < age,
    )


def declare_from(
    session: Session, actor: Actor, service: Service, terms: Terms, form: CastForm
) -> None:
    """Keep what ``form`` declares."""
    said: dict[str, Any] = {}
    if isinstance(form, CommuneForm):
        said["commune"] = form.commune.data
    if isinstance(form, AgeForm):
        said["age"] = terms.settings.electorate.minimum_age
    if said:
        declare(session, actor, service, **said)
