"""What those who run a service decide about ideas, and what that carries along."""
