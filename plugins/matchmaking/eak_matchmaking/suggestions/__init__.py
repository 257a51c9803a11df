"""Which offers answer what ideas need, and the other way round, read from the tables and scored by
the published rules."""
