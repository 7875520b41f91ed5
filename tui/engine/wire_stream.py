"""Streamed answers: JSON lines, and what the lines of a pull or a push tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tui.engine.wire import Table, loads, number, raw_json, table, text
from tui.model.progress import LayerProgress, PullNote

_DIGEST: Final = re.compile(r"Digest: (\S+:[0-9a-f]+)\Z")


_PUSHED: Final = re.compile(r"(\S+): digest: (\S+:[0-9a-f]+) size: \d+\Z")


def stream_error(line: object) -> str:
    """Return the error that a line of a stream tells, or an empty string."""
    item = table(line)
    detail, error = item.get("errorDetail"), item.get("error")
    if not detail and not error:
        return ""
    return text(table(detail).get("message")) or text(error) or raw_json(line)


def pull_line(line: object) -> LayerProgress | PullNote:
    """Return one line of `POST /images/create`.

    The containerd store tells seconds while extracting (`units`); those are no bytes.
    """
    item = table(line)
    status = text(item.get("status"))
    layer = text(item.get("id"))
    if not layer or status.startswith("Pulling from "):
        digest = _DIGEST.match(status)
        return PullNote(status, digest[1] if digest else "")
    return _layer(item, layer, status)


def push_line(line: object) -> LayerProgress | PullNote:
    """Return one line of `POST /images/{name}/push`.

    The digest is told by a line of text; `aux`, which only the classic store sends, repeats it.
    """
    item = table(line)
    status = text(item.get("status"))
    layer = text(item.get("id"))
    if layer:
        return _layer(item, layer, status)
    told = _PUSHED.match(status)
    if told:
        return PullNote(status, told[2], told[1])
    aux = table(item.get("aux"))
    return PullNote(status, text(aux.get("Digest")), text(aux.get("Tag")))


def _layer(item: Table, layer: str, status: str) -> LayerProgress:
    """Return a line that is about one layer; `units` are of something else than bytes."""
    progress = table(item.get("progressDetail"))
    if progress.get("units"):
        progress = table(None)
    return LayerProgress(
        layer,
        status,
        current=max(number(progress.get("current")), 0),
        total=max(number(progress.get("total")), 0),
    )


def load_line(line: object) -> LayerProgress | PullNote:
    """Return one line of `POST /images/load`: a layer's bytes, or words about an image."""
    item = table(line)
    told = text(item.get("stream"))
    return PullNote(told.strip()) if told else pull_line(line)


def json_lines(chunks: Iterable[bytes]) -> Iterator[object]:
    """Yield the JSON values of a stream, one a line, however it was cut into chunks.

    Raises:
        ValueError: a line is no JSON.
    """
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield loads(line)
    if rest.strip():
        yield loads(rest)
