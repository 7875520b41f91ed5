"""Descriptions as plain text: what is only for browsers goes, what a person reads stays."""

from __future__ import annotations

import pytest

from tui.registry.plaintext import TEXT_MAX, plain_text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("", ""),
        ("# Title\n\n\n\n\ntext  \n", "# Title\n\ntext"),
        ("a <b>bold</b> <img src='x' onerror=alert(1)> word", "a bold  word"),
        ("docker run -e KEY=<your-key> <image>", "docker run -e KEY=<your-key> <image>"),
        ("[docs](https://a/b 'title') and [top](#top)", "docs (https://a/b) and top"),
        ("![logo](https://x/y.png) [![b](https://x/s.svg)](https://ci)", "logo b (https://ci)"),
        ("a<!-- hidden --> b <!-- without end", "a b"),
        ("&lt;tag&gt; &amp; &#65;", "<tag> & A"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_what_stays(markdown: str, text: str) -> None:
    assert plain_text(markdown) == text


@pytest.mark.parametrize(
    "bad", ["[" * 200_000, "<!--" * 50_000, "![](" * 50_000, "<a " * 60_000, "[a](" * 60_000]
)
def test_no_text_takes_long(bad: str) -> None:
    assert len(plain_text(bad)) <= TEXT_MAX  # and pytest's own limit of time does the rest
