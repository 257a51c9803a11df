"""The pages of those who hold ballots."""
