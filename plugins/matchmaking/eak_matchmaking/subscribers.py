"""What follows from what happens: partners and what they offer are found, those whom a
proposal concerns are written to, and what rests on an idea stops with it."""

from collections.abc import Mapping, Sequence

from flask import url_for
from sqlalchemy import ColumnElement, select

from eak_core.api import (
    Actor,
    ContentHidden,
    ContentRestored,
    Context,
    Document,
    IdeaStageChanged,
    IdeaWithdrawn,
    Link,
    PluginConfigured,
    SearchKind,
    Session,
    _l,
    mail_to,
    not_hidden,
    searched,
    subscriber,
)
from eak_matchmaking import meanings
from eak_matchmaking.events import (
    NeedEdited,
    NeedStated,
    OfferEdited,
    OfferEnded,
    OfferPublished,
    OrganisationClosed,
    OrganisationEdited,
    OrganisationRegistered,
    PilotAccepted,
    PilotAnswered,
    PilotAskedBack,
    PilotDeclined,
    PilotEnded,
    PilotPassedOn,
    PilotProposed,
    PilotViewed,
    PilotWithdrawn,
)
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import OFFER_NAME, ORGANISATION_NAME, Offer, Organisation
from eak_matchmaking.offers.finding import open_offers
from eak_matchmaking.organisations.finding import present
from eak_matchmaking.proposals import letters, stopping


def _readable(service_id: int, _actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return present(service_id)


def _read(session: Session, service_id: int, ids: Sequence[int]) -> Mapping[int, Document]:
    shown = not_hidden(service_id, ORGANISATION_NAME, Organisation.id)
    found = session.execute(
        select(Organisation, shown.label("shown")).where(
            Organisation.id.in_(ids), *present(service_id)
        )
    )
    return {row.Organisation.id: _document(row.Organisation, shown=row.shown) for row in found}


def _document(each: Organisation, *, shown: bool) -> Document:
    # Its name stays where its texts are hidden.
    texts = (each.about, each.pioneering, each.motivation) if shown else ()
    return Document(each.name, "\n\n".join(filter(None, texts)))


def _link(session: Session, ids: Sequence[int]) -> Mapping[int, Link]:
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    )
    return {key: Link(name, url_for("matchmaking.show", organisation_id=key)) for key, name in rows}


ORGANISATIONS = searched(
    plugin,
    SearchKind(ORGANISATION_NAME, _l("Partners"), Organisation.id, _readable, _read, _link),
    OrganisationRegistered,
    OrganisationEdited,
    OrganisationClosed,
    ContentHidden,
    ContentRestored,
)


def _readable_offers(service_id: int, _actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return open_offers(service_id)


def _read_offers(session: Session, service_id: int, ids: Sequence[int]) -> Mapping[int, Document]:
    # Private conditions are not in it: words would tell of them. Whether its period has passed is
    # asked when somebody searches.
    rows = session.execute(
        select(Offer.id, Offer.title, Offer.details, Offer.conditions).where(
            Offer.id.in_(ids),
            Offer.published_at.is_not(None),
            Offer.ended_at.is_(None),
            not_hidden(service_id, OFFER_NAME, Offer.id),
        )
    )
    return {
        row.id: Document(row.title, "\n\n".join(filter(None, (row.details, row.conditions))))
        for row in rows
    }


def _link_offers(session: Session, ids: Sequence[int]) -> Mapping[int, Link]:
    rows = session.execute(select(Offer.id, Offer.title).where(Offer.id.in_(ids)))
    return {key: Link(title, url_for("matchmaking.offer", offer_id=key)) for key, title in rows}


OFFERS = searched(
    plugin,
    SearchKind(
        OFFER_NAME, _l("Offers of partners"), Offer.id,
        _readable_offers, _read_offers, _link_offers, instead=True,
    ),
    OfferPublished,
    OfferEdited,
    OfferEnded,
    ContentHidden,
    ContentRestored,
)  # fmt: skip


@subscriber(plugin, OfferPublished, OfferEdited)
def read_offer(happened: OfferPublished | OfferEdited, ctx: Context) -> None:
    """Let the title of an offer be read, where its meaning counts."""
    assert ctx.occurred_at is not None
    meanings.changed(ctx.session, ctx.service_id, "offer", happened.offer_id, ctx.occurred_at)


@subscriber(plugin, NeedStated, NeedEdited)
def read_need(happened: NeedStated | NeedEdited, ctx: Context) -> None:
    """Let it be read what is missing, where its meaning counts."""
    assert ctx.occurred_at is not None
    meanings.changed(ctx.session, ctx.service_id, "need", happened.need_id, ctx.occurred_at)


@subscriber(plugin, PluginConfigured)
def follow_settings(changed: PluginConfigured, ctx: Context) -> None:
    """Let all texts be read once their meaning counts."""
    if changed.plugin == plugin.name:
        assert ctx.occurred_at is not None
        meanings.follow_settings(ctx.session, ctx.service_id, ctx.occurred_at)


@subscriber(plugin, IdeaStageChanged)
def follow_idea(moved: IdeaStageChanged, ctx: Context) -> None:
    """Stop what was proposed for an idea that cannot be piloted any more."""
    assert ctx.occurred_at is not None
    stopping.follow_idea(ctx.session, moved.idea_id, moved.to_stage, ctx.occurred_at)


@subscriber(plugin, IdeaWithdrawn)
def leave_idea(gone: IdeaWithdrawn, ctx: Context) -> None:
    """Stop what was proposed for an idea that its author took back."""
    assert ctx.occurred_at is not None
    stopping.follow_idea(ctx.session, gone.idea_id, "withdrawn", ctx.occurred_at)


@subscriber(
    plugin,
    PilotProposed, PilotViewed, PilotPassedOn, PilotAskedBack, PilotAnswered,
    PilotAccepted, PilotDeclined, PilotWithdrawn, PilotEnded,
)  # fmt: skip
def write_of_proposal(happened: PilotProposed | PilotEnded, ctx: Context) -> None:
    """Write to those whose turn it is, or whom a decision concerns."""
    if ctx.replaying:
        return
    kind = ctx.type.removeprefix("matchmaking.pilot_")
    for each in letters.of_step(ctx.session, happened.proposal_id, kind, ctx.actor_id):
        mail = mail_to(ctx.session, each.person_id, subject=each.subject, text=each.text)
        ctx.send("mail", mail, key=str(each.person_id))
