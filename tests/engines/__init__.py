"""Engines, registries and images made for the tests, without a network."""
