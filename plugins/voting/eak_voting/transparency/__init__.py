"""The public log: what was opened, received and counted, such that nobody can rewrite it unseen."""
