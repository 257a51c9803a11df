"""What happens once per process: plugins are found, checked, mounted, and their answers indexed."""
