"""Widgets that know nothing of Docker."""
