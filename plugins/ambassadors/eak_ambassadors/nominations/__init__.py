"""Nominations: made, and answered by the person who was nominated."""
