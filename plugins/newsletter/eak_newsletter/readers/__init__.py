"""Who gets the letter: asking, agreeing, changing, leaving, and the ledger of all that."""
