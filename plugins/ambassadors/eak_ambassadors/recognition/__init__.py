"""Ambassadors and their badges: recognised, issued, left."""
