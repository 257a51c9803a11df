"""What ambassadors and those who were nominated carried, from the events of all plugins."""
