"""What plugin authors have written for them: migrations from models, catalogues from texts."""
