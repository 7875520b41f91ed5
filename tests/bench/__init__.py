"""Measures orlop in a terminal of its own, on a real Engine: `python -m tests.bench`."""
