"""Draws the pictures of the README: `python -m tests.screenshots`."""
