"""What a password must be: long enough, and nothing else that makes people write it down."""

from flask_security import PasswordUtil
from flask_security.proxies import _security

from eak_core.errors import Invalid
from eak_core.i18n import _

#: In characters. NIST SP 800-63B asks for 8 at least and no rules of composition; ANSSI prefers 12.
SHORTEST = 12
LONGEST = 128


class Passwords(PasswordUtil):
    """Normalised and measured; longer than `LONGEST` would only cost time to hash."""

    def normalize(self, password: str) -> str:
        """``password`` in one Unicode form. A NUL byte is no character that a person types."""
        normal: str = super().normalize(password.replace("\0", ""))
        return normal[: LONGEST + 1]

    def validate(
        self, password: str, is_register: bool, **kwargs: object
    ) -> tuple[list[str] | None, str]:
        """The reasons against ``password``, if any, and its normal form."""
        normal = self.normalize(password)
        if len(normal) < SHORTEST:
            return [
                _("The password is too short: %(count)s characters at least.", count=SHORTEST)
            ], normal
        if len(normal) > LONGEST:
            return [
                _("The password is too long: %(count)s characters at most.", count=LONGEST)
            ], normal
        return None, normal


def check_password(password: str) -> str:
    """The normal form of ``password``. `Invalid` where it may not be one."""
    reasons, normal = _security.password_util.validate(password, True)
    if reasons:
        raise Invalid(_("The account was not created."), {"password": reasons[0]})
    checked: str = normal
    return checked
