"""What the registry answers: one module a resource."""
