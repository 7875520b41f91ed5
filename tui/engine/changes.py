"""`GET /containers/{id}/changes`: what `docker diff` tells, read as it flows.

Two hundred thousand paths are twelve megabytes of JSON: taken apart at once, no other thread
would run for a tenth of a second.
"""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final
from urllib.parse import quote

from tui.engine.client import EngineClient
from tui.engine.errors import BadAnswer, NotFound
from tui.engine.wire import number, table, text
from tui.engine.wire_disk import CHANGE_LETTERS
from tui.i18n import N_

PIECE: Final = 1 << 16
"""Bytes that are read, and characters that one change may take."""

_BEGIN: Final = re.compile(r"\s*\[?\s*")
_GAP: Final = re.compile(r"\s*,?\s*")


class ContainerGone(NotFound):
    """The container was removed."""

    TITLE = N_("The container is gone.")
    REMEDY = N_("Check the name; it may have been removed meanwhile.")


def changes(client: EngineClient, container: str) -> Iterator[tuple[str, str]]:
    """Yield what differs from the image: letter and path, in the Engine's order.

    The letters are those of `docker diff`: C changed, A added, D deleted. Bytes of a name that
    are no UTF-8 are U+FFFD, one each. The Engine walks the files before it says a word.

    Args:
        client: The Engine; `cut` from another thread ends the reading.
        container: Name or ID.

    Raises:
        NotFound: there is no such container.
        BadAnswer: it ends in the middle, or is no list of changes.
        EngineError: it was refused, cut, or the connection broke.
    """
    with client.body(f"/containers/{quote(container, safe='')}/changes") as body:
        yield from decoded(iter(partial(body.read, PIECE), b""))


def decoded(pieces: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Yield the changes of a JSON list that comes in pieces; null is an empty one.

    Raises:
        BadAnswer: it ends in the middle, or is something else.
    """
    decode = getincrementaldecoder("utf-8")("replace").decode
    parse = json.JSONDecoder().raw_decode
    told, at, gap = "", 0, _BEGIN
    for piece in pieces:
        told, at = told[at:] + decode(piece), 0
        while True:
            start = _after(gap, told, at)
            if told.startswith(("]", "null"), start):
                return
            try:
                change, at = parse(told, start)
            except (ValueError, RecursionError) as error:
                if len(told) - at > 2 * PIECE:
                    raise BadAnswer(told[at : at + 200]) from error
                break  # the rest of it is still to come
            gap = _GAP
            item = table(change)
            yield CHANGE_LETTERS.get(number(item.get("Kind"), -1), "?"), text(item.get("Path"))
    raise BadAnswer(told[at : at + 200])


def _after(gap: re.Pattern[str], told: str, at: int) -> int:
    found = gap.match(told, at)
    return found.end() if found is not None else at
