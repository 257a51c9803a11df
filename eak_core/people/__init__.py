"""Accounts, roles and personal data, on Flask-Security and Flask-Login."""

from eak_core.loading import hidden

# Flask-Security loads the library of passkeys for its own, which are not used here, and does
# without where there is none. `ceremonies` loads it when somebody shows a passkey.
with hidden("webauthn"):
    import flask_security  # noqa: F401
