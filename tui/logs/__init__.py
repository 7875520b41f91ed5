"""What containers write: frames of a stream put together to lines, kept in a ring, searched.

Pure: no Engine and no screen.
"""
