"""What opens an account, and where it is open."""
