"""The rules by which events are evidence, for those who run the service."""

from flask import g, request, url_for

from eak_ambassadors.evidence import gathering, rules
from eak_ambassadors.pages.blueprint import manage
from eak_ambassadors.pages.forms import RuleForm
from eak_core.api import (
    Answer,
    Invalid,
    _,
    attempt,
    current_session,
    finish,
    form_page,
    reads_first,
)


@manage.route("/preuves", methods=["GET", "POST"])
@reads_first
def evidence_rules() -> Answer:
    """The rules; a new one shows whom it would touch before it is saved."""
    session, form = current_session(), RuleForm()
    seen = None
    if form.is_submitted() and "preview" in request.form:
        if form.validate():
            try:
                people = gathering.watched(session, g.service.id)
                seen = rules.preview(session, g.service, form.wording(), people)
            except Invalid as refusal:
                form.refuse(refusal)
    else:
        answer = attempt(
            form,
            lambda: rules.add(session, g.actor, g.service, form.wording()),
            done=(
                _("The rule is kept. What has happened so far counts in a moment."),
                url_for(".evidence_rules"),
            ),
        )
        if answer is not None:
            return answer
    return form_page(
        "ambassadors/rules.html",
        form,
        found=rules.rules_of(session, g.service.id),
        preview=seen,
    )


@manage.post("/preuves/<int:rule_id>/retirer")
def remove_rule(rule_id: int) -> Answer:
    """Take a rule away."""
    rules.remove(current_session(), g.actor, g.service, rule_id)
    return finish(_("The rule is taken away, with what it gave."), url_for(".evidence_rules"))
