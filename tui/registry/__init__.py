"""The distribution API of registries, read only and without an Engine: HTTP and nothing else."""
