"""Mail that comes back: of which letter it is, what it says, and what follows from that."""
