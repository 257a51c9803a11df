"""The pages of those who vote, from the paper to the receipt."""
