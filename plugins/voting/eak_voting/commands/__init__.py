"""The commands ``eak voting …``."""
