"""Agents who are recognised, with a badge that anyone can verify: a plugin of EAK."""
