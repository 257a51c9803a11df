"""What everybody can take along and check: results, files, recounts; and files of elsewhere."""
