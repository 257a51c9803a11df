"""Votes: ballots that citizens trust and anyone can recount."""
