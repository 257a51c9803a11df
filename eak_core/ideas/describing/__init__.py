"""What ideas of a service are described with: criteria, subjects, communes."""
