"""Signing in and out, with Flask-Security."""
