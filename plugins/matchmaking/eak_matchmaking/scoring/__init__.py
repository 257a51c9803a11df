"""How well an offer answers a need, in whole numbers, and why. Pure, and held so by a contract."""
