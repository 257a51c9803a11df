"""How many ideas there are, kept with the log."""
