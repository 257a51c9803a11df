"""Organisations: who they are, who acts for them, and what becomes of them."""
