"""Matching rounds: ideas that look for a partner, and partners with places left, are brought
together at one instant, by the rules of `eak_matchmaking.rounds`."""
