"""What is the user's own: where orlop keeps its files."""
