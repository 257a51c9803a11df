"""E-mail addresses as they are stored and looked up: in one form, in lower case."""

from email_validator import EmailNotValidError, validate_email

from eak_core.letters.recipients import is_one_address

ADDRESS_LENGTH = 254


def normal_address(email: str) -> str:
    """The one form of ``email``. `ValueError` where it is no address.

    Nothing is asked of the network. Two accounts that differ by case alone would be one person's
    mistake, so case is dropped throughout. What a header of mail would not lead back to is refused
    here, before anything is kept or sent.
    """
    if len(email) > ADDRESS_LENGTH:
        raise ValueError("longer than an address can be (RFC 5321)")
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    if not is_one_address(address):
        raise ValueError("a mail to it would go to somebody else")
    return address
