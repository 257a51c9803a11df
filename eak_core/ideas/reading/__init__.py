"""Ideas as they are read: lists, one whole, open data, and what search finds of them."""
