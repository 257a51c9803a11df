"""Needs: what is missing to try an idea."""
