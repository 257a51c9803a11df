"""Screens for those who run a service, and for those who run the site."""
