"""People are told of what happens to what they follow, each in the rhythm they have chosen."""
