"""What leaves the house: queued with the fact, and sent after it."""
