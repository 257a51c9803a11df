"""Accounts, roles and personal data, on Flask-Security and Flask-Login."""
