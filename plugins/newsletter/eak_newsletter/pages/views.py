"""What readers do: subscribe, agree, choose, leave."""

from flask import g, request, url_for

from eak_core.api import (
    Answer,
    PluginBlueprint,
    _,
    _l,
    attempt,
    current_session,
    form_page,
    is_public_post,
    limited,
    render,
    say_done,
)
from eak_newsletter.manifest import plugin
from eak_newsletter.models import Source, Subscriber
from eak_newsletter.pages.forms import StopForm, SubscribeForm, WishesForm
from eak_newsletter.readers import leaving, subscribing
from eak_newsletter.readers.letters import CONFIRM, PREFERENCES, STOP

blueprint = PluginBlueprint(plugin, "eak_newsletter")

limit_asking = limited("newsletter.subscribe", "5/minute;30/day")
limit_choosing = limited("newsletter.choose", "20/minute;200/day")


@blueprint.route("/s-abonner", methods=["GET", "POST"])
def subscribe() -> Answer:
    """Ask for the letter at an address."""
    form = SubscribeForm()
    shown = subscribing.consent_text(g.service)
    if not form.is_submitted():
        subscribing.require_open(g.service)
    return attempt(
        form,
        lambda: _ask(form, shown),
        done=(None, url_for("newsletter.asked")),
    ) or form_page("newsletter/subscribe.html", form, shown=shown)


@limit_asking
def _ask(form: SubscribeForm, shown: str) -> None:
    subscribing.ask(
        current_session(), g.actor, g.service, form.address.data or "", form.wishes, shown
    )


@blueprint.get("/demande")
def asked() -> Answer:
    """What happens next, the same whatever is known of an address."""
    return render("newsletter/asked.html")


@blueprint.route("/confirmer/<token>", methods=["GET", "POST"])
@CONFIRM.opens
def confirm(subject: str) -> Answer:
    """Agree to get the letter: by a button, as mail filters follow links."""
    if is_public_post():
        if subscribing.confirm(current_session(), g.service, int(subject)):
            return say_done("newsletter/confirmed.html")
        return say_done("newsletter/too_late.html")
    return render("newsletter/confirm.html", shown=subscribing.consent_text(g.service))


@blueprint.route("/preferences/<token>", methods=["GET", "POST"])
@PREFERENCES.opens
def preferences(subject: str) -> Answer:
    """Choose how often one gets the letter and of what it tells, without signing in."""
    session = current_session()
    reader = session.get(Subscriber, int(subject))
    if reader is None or reader.service_id != g.service.id or reader.standing != "active":
        return render("newsletter/not_a_reader.html")
    # The signature in the address is the proof: a token of a form would need a cookie.
    if not is_public_post():
        form = WishesForm(obj=subscribing.wishes_of(session, reader), meta={"csrf": False})
    else:
        form = WishesForm(meta={"csrf": False})
        if form.validate():
            subscribing.change(session, g.service, reader.id, form.wishes)
            return say_done("newsletter/changed.html")
    stop = url_for("newsletter.stop", token=STOP.token(subject))
    return form_page("newsletter/preferences.html", form, stop=stop)


@blueprint.route("/desabonner/<token>", methods=["GET", "POST"])
@STOP.opens
def stop(subject: str) -> Answer:
    """End the letter: by a button, or by that of a mail program (RFC 8058)."""
    if is_public_post():
        leaving.stop(current_session(), g.service, int(subject), _clicked())
        return say_done("newsletter/stopped.html")
    return render("newsletter/stop.html")


def _clicked() -> Source:
    return "one_click" if request.form.get("List-Unsubscribe") == "One-Click" else "link"


@blueprint.route("/mon-abonnement", methods=["GET", "POST"])
def mine() -> Answer:
    """The letter at the address of whoever is signed in."""
    session = current_session()
    reader = subscribing.of_account(session, g.actor, g.service)
    had = reader is not None and reader.standing == "active"
    data = subscribing.wishes_of(session, reader) if reader is not None else None
    form, shown = WishesForm(obj=data), subscribing.consent_text(g.service)
    done = _l("Your choices are kept.") if had else _l("You get the letter from now on.")
    return attempt(
        form,
        lambda: _take(form, shown),
        done=(done, url_for("newsletter.mine")),
    ) or form_page("newsletter/mine.html", form, shown=shown, had=had)


@limit_choosing
def _take(form: WishesForm, shown: str) -> None:
    subscribing.subscribe_account(current_session(), g.actor, g.service, form.wishes, shown)


@blueprint.route("/mon-abonnement/arreter", methods=["GET", "POST"])
def stop_mine() -> Answer:
    """End the letter at the address of whoever is signed in."""
    session, form = current_session(), StopForm()
    reader = subscribing.of_account(session, g.actor, g.service)
    return attempt(
        form,
        lambda: reader is not None and leaving.stop(session, g.service, reader.id, "account"),
        done=(_("You get no letter any more."), url_for("newsletter.mine")),
    ) or form_page("newsletter/stop_mine.html", form)
