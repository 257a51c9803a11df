"""Offers: what organisations can bring to pilots, from their drafts to their end."""
