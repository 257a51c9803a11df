"""What readers and editors see."""
