"""Keys that a service, or the site, signs with: made, changed and ended here, published for all."""
