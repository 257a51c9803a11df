"""The newsletter: what it answers when the core asks."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from eak_core.api import (
    AccountLinks,
    Actor,
    FileHolder,
    Kept,
    MailChoice,
    NavItem,
    Service,
    Session,
    _l,
    hookimpl,
)
from eak_newsletter.deliveries import together
from eak_newsletter.issues import pictures
from eak_newsletter.manifest import plugin
from eak_newsletter.pages import archive, figures, managing, sending_desk, views
from eak_newsletter.readers import choosing, finding, personal_data

if TYPE_CHECKING:
    from eak_core.api import Demo

__all__ = ["archive", "figures", "managing", "plugin", "sending_desk", "views"]


@hookimpl
def nav_items() -> Iterable[NavItem]:
    return [NavItem(_l("Letter"), "newsletter.index")]


@hookimpl
def footer_links() -> Iterable[NavItem]:
    return [NavItem(_l("Receive the letter"), "newsletter.subscribe")]


@hookimpl
def style_sheets() -> Iterable[str]:
    return ["newsletter.css"]


@hookimpl
def desk_pages() -> Iterable[NavItem]:
    about = _l("Put the next letter together, send it, and see whether it arrived.")
    yield NavItem(_l("Letters"), "newsletter_manage.index", note=about)


@hookimpl
def register_commands() -> Iterable[click.Command]:
    # A server has no use for them.
    from eak_newsletter.commands import COMMANDS

    return COMMANDS


@hookimpl
def account_links(session: Session, person_id: int) -> AccountLinks | None:
    services = finding.services_of(session, person_id)
    links = [
        NavItem(each.name, "newsletter.mine", {"service_slug": each.slug}) for each in services
    ]
    return AccountLinks(_l("The letters that I receive"), links) if links else None


@hookimpl
def mail_choices(session: Session, actor: Actor) -> Iterable[MailChoice]:
    return choosing.choices_of(session, actor)


@hookimpl
def digest_letters(session: Session, service: Service, addresses: Collection[str]) -> Iterable[str]:
    return together.on_their_way(session, service, addresses)


@hookimpl
def file_holder(
    session: Session, service: Service, subject: str, actor: Actor
) -> FileHolder | None:
    return pictures.holder(session, service, subject, actor)


@hookimpl
def reset_projections() -> None:
    """Nothing to delete: what handlers derive are counters, which the core resets."""


@hookimpl
def kept_data() -> Iterator[Kept]:
    yield Kept(
        _l("Readers of the letter"),
        _l(
            "your address, which letters you asked for and in which rhythm, and the proof that you"
            " asked"
        ),
        _l("to send you the letter you asked for (your consent)"),
        _l("the team that sends the letter"),
        _l(
            "you unsubscribe: the address goes at once; the proof that you had asked stays without"
            " it"
        ),
    )


@hookimpl
def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    return personal_data.export_person(session, person_id)


@hookimpl
def erase_person(session: Session, person_id: int) -> None:
    personal_data.erase_person(session, person_id)


@hookimpl
def load_demo(session: Session, service: Service, demo: "Demo") -> None:
    from eak_newsletter.demo import play

    play(session, service, demo)
