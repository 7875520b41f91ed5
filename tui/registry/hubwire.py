"""From Docker Hub's JSON to the model. Everything may be null, missing or of another type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from tui.model.image import SearchResult
from tui.model.reference import HUB, InvalidReference, parse_reference
from tui.model.registry import (
    UNKNOWN_BYTES,
    Badge,
    HubRepository,
    RemoteBlob,
    RemotePlatform,
    RemoteTag,
)
from tui.registry.plaintext import plain_text

LINE: Final = 1000
"""Characters that are kept of a short description."""

PLATFORMS: Final = 200
LAYERS: Final = 1024
_LARGEST: Final = (1 << 63) - 1
_BADGES: Final = {
    "official": Badge.OFFICIAL,
    "verified_publisher": Badge.VERIFIED,
    "open_source": Badge.OPEN_SOURCE,
}
_DIGEST: Final = re.compile(r"[a-z0-9]{1,16}:[0-9a-fA-F]{32,128}\Z")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_ABOUT: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([KMBT]?)\+?\Z", re.I)
_LIMIT: Final = re.compile(r"([0-9]{1,12})(?:\s*;\s*w=([0-9]{1,9}))?")
_POWERS: Final = {"": 0, "k": 3, "m": 6, "b": 9, "t": 12}


class HubImage(NamedTuple):
    """One image of a tag, with its layers."""

    platform: RemotePlatform
    layers: tuple[RemoteBlob, ...]


def results(told: Any) -> tuple[SearchResult, ...]:
    """Return what a search of version 4 found: images that are not archived."""
    found = (
        _result(one)
        for one in _tables(_table(told).get("results"))
        if one.get("type") in (None, "image") and one.get("archived") is not True
    )
    return _distinct(result for result in found if result is not None)


def _result(one: dict[str, Any]) -> SearchResult | None:
    names = (_text(one.get(key)) for key in ("id", "slug", "name"))
    name = next(filter(None, map(_hub_name, names)), "")
    if not name:
        return None
    badge = _BADGES.get(_text(one.get("badge")), Badge.NONE)
    return SearchResult(
        name,
        _line(one.get("short_description")),
        _number(one.get("star_count")),
        badge is Badge.OFFICIAL,
        badge,
        _pulls(one),
    )


def _hub_name(text: str) -> str:
    """Return a repository's familiar name; empty where it is none of Docker Hub."""
    try:
        found = parse_reference(text)
    except InvalidReference:
        return ""
    is_name = found.domain == HUB and not found.tag and not found.digest
    return found.repository if is_name else ""


def _pulls(one: dict[str, Any]) -> int:
    exact = one.get("raw_pull_count")
    if isinstance(exact, int) and not isinstance(exact, bool):
        return _number(exact)
    about = one.get("pull_count")
    if isinstance(about, int) and not isinstance(about, bool):
        return _number(about)
    match = _ABOUT.match(_text(about))
    return int(float(match[1]) * 10 ** _POWERS[match[2].lower()]) if match else -1


def index_results(told: Any) -> tuple[SearchResult, ...]:
    """Return what a search of Docker's old index found."""
    return _distinct(
        SearchResult(
            name,
            _line(one.get("description")),
            _number(one.get("star_count")),
            one.get("is_official") is True,
            Badge.OFFICIAL if one.get("is_official") is True else Badge.NONE,
        )
        for one in _tables(_table(told).get("results"))
        if (name := _hub_name(_text(one.get("name"))))
    )


def _distinct(found: Iterator[SearchResult]) -> tuple[SearchResult, ...]:
    return tuple({result.name: result for result in found}.values())


def repository(told: Any) -> HubRepository:
    """Return a repository's page."""
    one = _table(told)
    namespace, name = _text(one.get("namespace")), _text(one.get("name"))
    categories = (_text(item.get("name")) for item in _tables(one.get("categories")))
    return HubRepository(
        _hub_name(f"{namespace}/{name}"),
        _line(one.get("description")),
        plain_text(_text(one.get("full_description"))),
        _number(one.get("star_count")),
        _number(one.get("pull_count")),
        _seconds(one.get("last_updated")),
        _seconds(one.get("date_registered")),
        tuple(category[:LINE] for category in categories if category)[:20],
        _line(one.get("status_description")),
        one.get("is_private") is True,
    )


def tags(told: Any, platform: str) -> tuple[tuple[RemoteTag, ...], int]:
    """Return a page of tags, and how many there are in all."""
    page = _table(told)
    found = tuple(tag(one, platform) for one in _tables(page.get("results")))
    return tuple(one for one in found if one.name), _number(page.get("count"))


def tag(told: Any, platform: str) -> RemoteTag:
    """Return a tag; its size is that of a platform, or what the Hub takes for it."""
    one = _table(told)
    name = _text(one.get("name"))
    platforms = tuple(_platform(item) for item in _images(one.get("images")))
    digest = _digest(one.get("digest"))
    if not digest and len(platforms) == 1:
        digest = platforms[0].digest
    kind = _text(one.get("content_type"))
    return RemoteTag(
        name if _TAG.match(name) else "",
        digest,
        _seconds(one.get("tag_last_pushed")) or _seconds(one.get("last_updated")),
        size_for(platforms, platform, _bytes(one.get("full_size"))),
        platforms,
        kind[:LINE] if kind not in ("", "image", "unrecognized") else "",
    )


def size_for(platforms: tuple[RemotePlatform, ...], platform: str, default: int) -> int:
    """Return the size of the image for a platform, with its variant or without."""
    near = (one.size for one in platforms if f"{one.platform}/".startswith(f"{platform}/"))
    return next((one.size for one in platforms if one.platform == platform), next(near, default))


def images(told: Any) -> tuple[HubImage, ...]:
    """Return the images of a tag with their layers."""
    return tuple(
        HubImage(
            _platform(one),
            tuple(
                RemoteBlob(
                    _digest(layer.get("digest")),
                    max(_bytes(layer.get("size")), 0),
                    _text(layer.get("instruction")),
                )
                for layer in _tables(one.get("layers"))[:LAYERS]
            ),
        )
        for one in _images(told)
    )


def _images(told: Any) -> list[dict[str, Any]]:
    """Return images, without attestations: their platform is unknown."""
    every = _tables(told)[:PLATFORMS]
    return [one for one in every if "unknown" not in (one.get("os"), one.get("architecture"))]


def _platform(one: dict[str, Any]) -> RemotePlatform:
    names = (_text(one.get(key)) for key in ("os", "architecture", "variant"))
    platform = "/".join(name[:64] for name in names if name)
    return RemotePlatform(platform, _digest(one.get("digest")), _bytes(one.get("size")))


def digits(text: str) -> int:
    """Return a whole number of a header; 0 where it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def limit(text: str) -> tuple[int, int]:
    """Return number and seconds of `100;w=21600`; zeros where it is none."""
    match = _LIMIT.match(text.strip())
    return (int(match[1]), int(match[2] or 0)) if match else (0, 0)


# --- getters: one JSON value of a type, or that type's empty value


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: Any) -> list[dict[str, Any]]:
    every = value if isinstance(value, list) else []
    return [one for one in every if isinstance(one, dict)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _line(value: Any) -> str:
    return " ".join(_text(value)[:LINE].split())


def _number(value: Any) -> int:
    fine = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST
    return value if fine else 0


def _bytes(value: Any) -> int:
    fine = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST
    return value if fine else UNKNOWN_BYTES


def _digest(value: Any) -> str:
    text = _text(value)
    return text if _DIGEST.match(text) else ""


def _seconds(value: Any) -> int:
    """Return a time of RFC 3339 as seconds of the epoch; 0 where it is none."""
    try:
        return max(int(datetime.fromisoformat(_text(value)).timestamp()), 0)
    except (ValueError, OverflowError, OSError):
        return 0
