"""What was looked up in registries, as tables and as documents."""

from __future__ import annotations

import shutil
import sys
import time
from datetime import UTC, datetime
from typing import Final

from tui.actions.dispatcher import Ending
from tui.i18n import _
from tui.layers.errors import LayerError
from tui.model.image import SearchResult
from tui.model.registry import (
    NO_QUOTA,
    UNKNOWN_BYTES,
    Badge,
    Comparison,
    RemoteTag,
    TagList,
    Verdict,
)
from tui.model.text import age, human_size, short_id, visible
from tui.report.tables import NOTHING, Table
from tui.report.verb import Told
from tui.store.state import NO_TROUBLE, State, Trouble

OUTDATED: Final = 1
"""The exit code where an image has a newer one."""


class SearchFailed(LayerError):
    """Nobody answered a search."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.detail)
        self._trouble = trouble

    @property
    def title(self) -> str:
        """What happened."""
        return self._trouble.title

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self._trouble.remedy


def tell_search(_ending: Ending, state: State) -> Told:
    """Tell what a search found, and who answered.

    Raises:
        SearchFailed: nobody did.
    """
    search = state.search
    if search.trouble != NO_TROUBLE:
        raise SearchFailed(search.trouble)
    document = {
        "term": search.term,
        "answered_by": search.answered_by,
        "results": [
            {
                "name": one.name,
                "description": one.description,
                "stars": one.stars,
                "pulls": one.pulls if one.pulls >= 0 else None,
                "official": one.is_official,
                "badge": _badge(one),
            }
            for one in search.results
        ],
    }
    rows = tuple(
        (
            one.name,
            f"{one.stars:,}",
            f"{one.pulls:,}" if one.pulls >= 0 else NOTHING,
            _(_badge(one)) if _badge(one) else NOTHING,
            one.description,
        )
        for one in search.results
    )
    headings = (_("NAME"), _("STARS"), _("PULLS"), _("BADGE"), _("DESCRIPTION"))
    return Told(_lines(Table(headings, rows, frozenset({1, 2}))), document)


def _badge(result: SearchResult) -> str:
    """Return a result's badge; not everybody who answers calls it so."""
    return str(result.badge or (Badge.OFFICIAL if result.is_official else Badge.NONE))


def tell_tags(_ending: Ending, state: State) -> Told:
    """Tell the tags of a repository."""
    tags = state.browsed.tags
    now = time.time()
    headings = (_("TAG"), _("DATE"), _("SIZE"), _("DIGEST"), _("PLATFORMS"))
    if any(tag.is_known for tag in tags.tags):
        table = Table(headings, tuple(_tag_row(tag, now) for tag in tags.tags), frozenset({2}))
        lines = _lines(table)
    else:
        lines = tuple(visible(tag.name) for tag in tags.tags)
    if not tags.is_whole:
        sentence = _("These are {count} of {total} tags. {note}")
        text = sentence.format(count=len(tags.tags), total=tags.total, note=tags.note)
        lines = (*lines, visible(text.strip()))
    return Told(lines, _tags_document(tags))


def _tag_row(tag: RemoteTag, now: float) -> tuple[str, ...]:
    return (
        tag.name,
        age(tag.updated, now) if tag.updated else NOTHING,
        human_size(tag.size) if tag.size != UNKNOWN_BYTES else NOTHING,
        short_id(tag.digest) or NOTHING,
        tag.trouble or ", ".join(one.platform for one in tag.platforms) or NOTHING,
    )


def _tags_document(tags: TagList) -> dict[str, object]:
    quota = tags.quota
    left = {
        "limit": quota.limit,
        "remaining": quota.remaining,
        "window_seconds": quota.seconds,
    }
    return {
        "repository": tags.repository,
        "answered_by": str(tags.answered_by),
        "total": tags.total,
        "complete": tags.is_whole,
        "note": tags.note,
        "pulls_left": left if quota != NO_QUOTA else None,
        "tags": [_tag_document(tag) for tag in tags.tags],
    }


def _tag_document(tag: RemoteTag) -> dict[str, object]:
    """Return a tag; what is not known is null."""
    return {
        "name": tag.name,
        "digest": tag.digest or None,
        "date": _utc(tag.updated),
        "size": _size(tag.size),
        "platforms": [
            {"platform": one.platform, "digest": one.digest or None, "size": _size(one.size)}
            for one in tag.platforms
        ],
        "trouble": tag.trouble,
    }


def _size(size: int) -> int | None:
    return None if size == UNKNOWN_BYTES else size


def _utc(seconds: int) -> str | None:
    try:
        return (
            datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
            if seconds
            else None
        )
    except (OverflowError, ValueError, OSError):
        return None


def tell_outdated(ending: Ending, state: State) -> Told:
    """Tell how names stand to their registries; exit code 1 where one has a newer image."""
    every = state.browsed.comparisons
    moved = [one for one in every if one.verdict is Verdict.MOVED]
    document = {
        "outdated": len(moved),
        "images": [
            {
                "reference": one.reference,
                "image_id": one.image_id,
                "verdict": one.verdict.name.lower(),
                "here": one.here or None,
                "there": one.there or None,
                "why": one.why,
                "answered_by": str(one.answered_by),
            }
            for one in every
        ],
    }
    rows = tuple(_comparison_row(one) for one in every)
    headings = (_("NAME"), _("IN THE REGISTRY"), _("HERE"), _("THERE"), _("WHY"))
    lines = (*_lines(Table(headings, rows)), ending.summary)
    return Told(lines, document, OUTDATED if moved else 0)


def _comparison_row(one: Comparison) -> tuple[str, ...]:
    digests = (short_id(one.here) or NOTHING, short_id(one.there) or NOTHING)
    return (one.reference, _(one.verdict.value), *digests, one.why)


def _lines(table: Table) -> tuple[str, ...]:
    """Return a table's lines, cut to the terminal where there is one."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    return tuple(table.lines(width))
