"""What an idea consists of: its text, its rows, its files."""
