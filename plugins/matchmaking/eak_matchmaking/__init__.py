"""Partners who could try an idea: who fits, why, and who goes with whom."""
