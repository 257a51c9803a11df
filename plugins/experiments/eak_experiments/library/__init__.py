"""Finding experiments, and what they add up to."""
