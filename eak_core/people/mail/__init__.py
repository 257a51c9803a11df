"""Mail to people: one form of their addresses, single letters, and lists that each can end."""
