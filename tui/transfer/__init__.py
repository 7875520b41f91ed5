"""Moving images between Engines, files and registries: what it costs, and doing it safely."""
