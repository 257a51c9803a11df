"""The pages of ideas: for readers, for authors, and for those who run a service."""
