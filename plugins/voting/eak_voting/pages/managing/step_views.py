"""The steps that managers take in the life of a ballot: each is explained, then confirmed."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import g, url_for

from eak_core.api import Answer, Form, Invalid, Refused, _l, attempt, current_session, form_page
from eak_voting.ballots import preparing
from eak_voting.ballots.finding import Phase, ballot_for, phase
from eak_voting.casting import opening
from eak_voting.pages.blueprint import manage
from eak_voting.pages.managing.forms import CancelForm, ConfirmForm


class Step(NamedTuple):
    """A step, the phases in which it can be taken, and what its page says before and after.
    ``is_final``: it cannot be undone. ``form``: what it asks for."""

    phases: tuple[Phase, ...]
    act: Callable[..., None]
    heading: Any
    says: tuple[Any, ...]
    label: Any
    done: Any
    is_final: bool = False
    form: type[Form] = ConfirmForm

    def take(self, ballot_id: int) -> Answer:
        """Explain this step of a ballot, and take it once it is confirmed."""
        session, form = current_session(), self.form()
        ballot = ballot_for(session, g.actor, g.service, ballot_id)
        page, desk = url_for("voting_manage.show", ballot_id=ballot_id), url_for(".index")
        taken = attempt(
            form,
            lambda: self.act(session, g.actor, g.service, ballot, *_reason(form)),
            done=(self.done, desk if self.act is preparing.delete_draft else page),
            shows=Invalid,
        )
        if form.refusal is not None:
            # What is wrong with a draft has no field here: the sentence about the whole says it.
            form.form_errors = [str(form.refusal)]
        elif taken is None and phase(ballot) not in self.phases:
            raise Refused(
                _l("This ballot has gone on in between: this step is no longer possible.")
            )
        return taken or form_page("voting/manage_step.html", form, ballot=ballot, step=self)


def _reason(form: Form) -> tuple[str, ...]:
    return (form.reason.data,) if isinstance(form, CancelForm) else ()


#: Each step by its endpoint and the end of its address.
STEPS = {
    ("announce", "annoncer"): Step(
        ("draft",),
        opening.announce,
        _l("Announce this ballot?"),
        (
            _l("Everybody sees on the site that it comes, with its ideas and its terms."),
            _l("It opens by itself at its instant; where that has passed, at once."),
            _l("Until then you can take the announcement back and change it. From the opening on,"
               " its terms are frozen: their hash stands in the public log, and nobody can change"
               " them, you neither."),
            _l("Announcing moves no idea. Those in the stage of votes stay there until the count;"
               " then you decide where each one goes."),
        ),
        _l("Announce the ballot"),
        _l("The ballot is on the site. It opens by itself."),
    ),
    ("withdraw", "retirer-annonce"): Step(
        ("upcoming",),
        opening.withdraw_announcement,
        _l("Take the announcement back?"),
        (
            _l("The ballot leaves the site and is a draft again, which you can change, announce"
               " anew or delete. Those who have its address find that there is no ballot there."),
        ),
        _l("Take it back"),
        _l("The ballot is a draft again, and no longer on the site."),
    ),
    ("open_now", "ouvrir"): Step(
        ("upcoming",),
        opening.open_now,
        _l("Open this ballot now?"),
        (
            _l("People vote from now on, and until the close that was announced."),
            _l("Its terms are frozen: their hash stands in the public log, and nobody can change"
               " them, you neither."),
        ),
        _l("Open it now"),
        _l("The ballot is open. Its terms are frozen, and their hash stands in the public log."),
    ),
    ("cancel", "annuler"): Step(
        ("upcoming", "open", "closing"),
        opening.cancel,
        _l("Cancel this ballot?"),
        (
            _l("Votes that were cast are kept, and never counted. Its page stays and gives your"
               " reason. This cannot be undone."),
        ),
        _l("Cancel the ballot"),
        _l("The ballot is cancelled. Its page gives your reason."),
        is_final=True,
        form=CancelForm,
    ),
    ("discard", "supprimer"): Step(
        ("draft",),
        preparing.delete_draft,
        _l("Delete this draft?"),
        (
            _l("Nobody but those who run the service has seen it. This cannot be undone."),
        ),
        _l("Delete the draft"),
        _l("The draft is deleted."),
        is_final=True,
    ),
}  # fmt: skip

for (_name, _address), _step in STEPS.items():
    manage.add_url_rule(f"/<int:ballot_id>/{_address}", _name, _step.take, methods=["GET", "POST"])
