"""Sending: one row for each issue and reader, which says at any moment what is known of it."""
