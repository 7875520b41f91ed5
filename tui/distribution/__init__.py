"""A registry of one's own: the OCI distribution API on a folder, with Python's library alone."""
