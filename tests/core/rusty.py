"""A plugin that cannot be imported."""

raise ImportError("rust everywhere")
