"""Services: the spaces of the site, each with its address, audience, theme and log."""
