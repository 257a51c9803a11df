"""Questions to ambassadors, and the figures of their year."""
