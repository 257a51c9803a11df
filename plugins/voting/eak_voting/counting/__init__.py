"""What the votes come to: the methods, the outcome, and the result as it is followed."""
