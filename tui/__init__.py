"""orlop: Docker images, what they are made of, and what deleting them really frees."""

__version__ = "0.1.0"
