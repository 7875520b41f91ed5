"""Answers each key with a letter: what a key costs where nothing at all is done for it."""

from __future__ import annotations

import os
import sys
import tty
from itertools import cycle

if __name__ == "__main__":
    tty.setraw(sys.stdin.fileno())
    for letter in cycle(b"ab"):
        if os.read(0, 1) == b"q":
            break
        os.write(1, b"\r%c" % letter)
