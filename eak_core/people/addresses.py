"""E-mail addresses as they are stored and looked up: in one form, in lower case."""

from email_validator import EmailNotValidError, validate_email

ADDRESS_LENGTH = 254


def normal_address(email: str) -> str:
    """The one form of ``email``. `ValueError` where it is no address.

    Nothing is asked of the network. Two accounts that differ by case alone would be one person's
    mistake, so case is dropped throughout.
    """
    if len(email) > ADDRESS_LENGTH:
        raise ValueError("longer than an address can be (RFC 5321)")
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
