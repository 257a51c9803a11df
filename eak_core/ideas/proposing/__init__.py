"""Writing an idea, alone or together, and the answer that is promised to it."""
