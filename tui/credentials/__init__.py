"""Logins to registries: where they are kept, and how they are put there and taken away."""
