"""A protocol is prepared, step by step, and fixed before the experiment starts."""
