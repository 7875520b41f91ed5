"""The text of a file: what is text comes as it is, what is not in hexadecimal."""

from __future__ import annotations

from tui.model.filetext import DUMPED, FileText


def test_text_with_bytes_that_are_none() -> None:
    text = FileText("", 1, b"x", "caf\u00e9\n".encode() + b"\xff")
    assert not text.is_binary
    assert text.text == "caf\u00e9\n\\xff"


def test_what_is_no_text_is_shown_byte_by_byte() -> None:
    text = FileText("", 1, b"x", b"\x7fELF\0" + bytes(range(32, 48)))
    assert text.is_binary
    first, second = text.text.split("\n")
    assert first.startswith("00000000  7f 45 4c 46 00 20")
    assert first.endswith(".ELF. !\"#$%&'()*")
    assert second.startswith("00000010  2b 2c")
    assert len(FileText("", 1, b"x", bytes(100_000)).text.split("\n")) == DUMPED // 16
