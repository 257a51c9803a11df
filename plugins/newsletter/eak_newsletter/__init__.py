"""The newsletter of a service: told from what happened, never sent twice, never forgotten."""
