"""Who goes with whom: the rules of a matching round. Pure, and held so by a contract."""
