"""An account from its beginning to its erasure."""
