"""The front pages, of the site and of each service: where services and ideas are seen together."""
