"""Experiments are done again, here and elsewhere."""
