"""Proposals: an organisation offers to pilot an idea, and those concerned answer."""
