"""What people are told of what became of ideas."""
