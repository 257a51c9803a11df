"""Badges (Open Badges 3.0), issued and verified by functions that know of no site."""
