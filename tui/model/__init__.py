"""Frozen values in Docker's own words. No I/O, no docker, no textual."""
