"""Containers that live: their states, programs, files and logs, without a kernel."""
