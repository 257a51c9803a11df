"""Moderation: what is hidden, by a decision with a public reason, and shown again."""
