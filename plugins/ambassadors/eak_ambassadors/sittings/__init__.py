"""Juries of a service: pools, the lot, votes, and the decision."""
