"""A repository's description as plain text: Markdown and HTML lose what is only for browsers.

Nothing in it is followed, fetched or obeyed; whoever shows it still makes control characters
visible.
"""

from __future__ import annotations

import html
import re
from typing import Final

TEXT_MAX: Final = 60_000
"""Characters that are kept; the Hub takes 25 kB."""

_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_ELEMENT: Final = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|center|code|dd|details|div|dl|dt|em|font|h[1-6]|hr|i|img|kbd|li"
    r"|link|ol|p|picture|pre|script|small|source|span|strong|style|sub|summary|sup|table|tbody|td"
    r"|tfoot|th|thead|tr|u|ul|video)(?:\s[^<>]{0,4000})?/?>",
    re.I,
)
_IMAGE: Final = re.compile(r"!\[([^\[\]]{0,500})\]\([^()\s]{0,2000}(?:\s[^()]{0,500})?\)")
_LINK: Final = re.compile(r"\[([^\[\]]{0,500})\]\(([^()\s]{1,2000})(?:\s[^()]{0,500})?\)")
_BLANKS: Final = re.compile(r"\n{3,}")


def plain_text(markdown: str) -> str:
    """Return Markdown as text: images as their words, links with their address behind them."""
    text = _COMMENT.sub("", markdown[:TEXT_MAX].replace("\r\n", "\n"))
    text = _ELEMENT.sub("", _IMAGE.sub(r"\1", text))
    text = _LINK.sub(_link, text)
    lines = (line.rstrip() for line in html.unescape(text).expandtabs(4).split("\n"))
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()[:TEXT_MAX]


def _link(match: re.Match[str]) -> str:
    words, address = match[1].strip(), match[2]
    return words if address.startswith("#") or words == address else f"{words} ({address})".strip()
