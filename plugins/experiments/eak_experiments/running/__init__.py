"""An experiment under way: its logbook, its measures, its reviews and its stops."""
