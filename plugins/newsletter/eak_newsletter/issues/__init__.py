"""An issue of the letter: gathered from what happened, edited by a person, frozen once."""
