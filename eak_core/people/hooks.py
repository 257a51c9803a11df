"""What the room of people answers to the questions that plugins are asked as well."""

from collections.abc import Iterator

from flask import current_app

from eak_core.config import Config
from eak_core.i18n import _l
from eak_core.plugins.hooks.contributions import Kept
from eak_core.plugins.hooks.hookspecs import hookimpl


@hookimpl
def kept_data() -> Iterator[Kept]:
    """Accounts, and what is noted to keep them safe."""
    config: Config = current_app.extensions["eak_config"]
    yield Kept(
        _l("Your account"),
        _l(
            "e-mail address, displayed name, password in a form from which it cannot be recovered,"
            " language, dates of creation, of confirmation and of the last sign-in, roles"
        ),
        _l("to recognise you and to write to you"),
        _l("you and the administrators of the site; everybody reads the name you display"),
        _l(
            "you erase it; where you do not sign in for %(warned)s months we write to you, and"
            " without news of you it is erased after %(erased)s",
            warned=config.account_warned_months,
            erased=config.account_erased_months,
        ),
    )
    yield Kept(
        _l("Where you are signed in"),
        _l("browser and system in two words, since when; no address of a computer"),
        _l("to let you see and end it"),
        _l("you"),
        _l("you sign out, or seven days"),
    )
    yield Kept(
        _l("Your second factor"),
        _l(
            "the secret of your application, encrypted; the names you gave your passkeys, and their"
            " public halves; your recovery codes, in a form from which they cannot be recovered"
        ),
        _l("to let nobody in who has only your password"),
        _l("you; nobody else reads them"),
        _l("you switch it off, or erase your account"),
    )
    yield Kept(
        _l("Invitations to a role"),
        _l("the address to which a role was offered"),
        _l("to let its holder accept or decline"),
        _l("the team of the service"),
        _l("it is answered, or thirty days"),
    )
    yield Kept(
        _l("Deputies"),
        _l("who acts in the place of which manager, from when to when"),
        _l("to know by what right something was decided"),
        _l("the team of the service"),
        _l("you erase your account"),
    )
    yield Kept(
        _l("Mail on its way"),
        _l("address and text"),
        _l("to send it to you"),
        _l("the administrators of the site"),
        _l("it has left; what could not be delivered, 90 days"),
    )
    yield Kept(
        _l("The log of security"),
        _l("numbers of accounts, and digests from which no address can be read"),
        _l("to notice attacks and to understand them"),
        _l("whoever runs the server"),
        _l("%(days)s days", days=config.security_log_days),
    )
    yield Kept(
        _l("The site’s log"),
        _l("every change with its date and with numbers, never with a name, an address or a text"),
        _l("to be able to prove what happened"),
        _l("the teams of the services, as sentences"),
        _l("it is never rewritten; once your account is erased, its number means nobody"),
    )
