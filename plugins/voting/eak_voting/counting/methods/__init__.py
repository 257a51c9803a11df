"""How votes are counted: pure functions of (ballots, settings), exact to the last unit.

Nothing here knows of the database, of Flask or of the platform, so that a count can be repeated
anywhere. `majority` and `approval` rank options; `equal_shares` and `greedy` spend a budget
(`budgets`), and draw lots for the ties that the rules leave.
"""
