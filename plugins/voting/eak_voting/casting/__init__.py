"""From the opening to the close: who votes, what is kept of it, and what nobody can tell."""
