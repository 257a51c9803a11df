"""Accounts, roles and personal data, on Flask-Security and Flask-Login."""

from eak_core.loading import hidden

# For passkeys of its own, which are not used here, it loads what `ceremonies` loads when it is
# needed; where that is not installed it does without.
with hidden("webauthn"):
    import flask_security  # noqa: F401
