"""A package to pytest, whose browser lasts from the first to the last test in it."""
