"""Open data of the public services: their sets and files, archives, dictionary and catalogue.

What stands in them is declared once, by features of the core and by plugins (hook ``open_data``).
Nothing of an internal service is open data, whoever asks.
"""
