"""What the core asks: the hooks, the shape of each answer, and what a failing answer may cost."""
