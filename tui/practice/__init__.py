"""The practice engine: a small Docker Engine API server, for classes and tests without Docker.

It shares nothing with the client side of orlop, so that the two cannot share a mistake:
of orlop it imports nothing but `tui.model` and `tui.i18n`.
"""
