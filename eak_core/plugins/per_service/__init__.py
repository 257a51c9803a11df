"""What is stored of a plugin for each service, and the acts of administrators upon it."""
