"""An experiment is closed, with what it taught, and looked at again later."""
