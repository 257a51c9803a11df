"""EAK's minimal core: it records what happened; plugins react to the record."""

__version__ = "0.1.0"
