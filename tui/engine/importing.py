"""`POST /images/create?fromSrc=`: an image of one layer, made of a tar of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tui.engine import wire, wire_stream
from tui.engine.client import EngineClient, Params
from tui.engine.translate import from_answer
from tui.model.progress import LayerProgress, PullNote
from tui.model.reference import ImageReference

BODY: Final = "-"
"""The source that is sent with the request."""

_PATH: Final = "/images/create"


def import_body(
    client: EngineClient, pieces: Iterable[bytes], params: Params
) -> Iterator[LayerProgress | PullNote]:
    """Send a tar and yield what the Engine tells, the ID of the image last.

    Args:
        client: The Engine; `cut` from another thread ends the sending, and the Engine drops what
            it had.
        pieces: The tar, plain or compressed by gzip.
        params: As `import_params` makes them.

    Raises:
        EngineError: refused before or inside the answer, cut, or the connection broke.
    """
    with client.upload(_PATH, params=params) as upload:
        for piece in pieces:
            if not upload.send(piece):
                break
        yield from _told(upload.lines())


def import_address(client: EngineClient, params: Params) -> Iterator[LayerProgress | PullNote]:
    """Have the Engine fetch a tar, and yield what it tells, the ID of the image last.

    Raises:
        EngineError: as for `import_body`.
    """
    yield from _told(client.lines("POST", _PATH, params=params))


def import_params(
    source: str,
    reference: ImageReference | None,
    *,
    message: str = "",
    platform: str = "",
    changes: tuple[str, ...] = (),
) -> Params:
    """Return the query of an import: BODY or an address, and what the image is to be."""
    params: dict[str, str | tuple[str, ...]] = {"fromSrc": source}
    if reference is not None:
        params |= {"repo": reference.repository, "tag": reference.tag_or_default}
    if message:
        params["message"] = message
    if platform:
        params["platform"] = platform
    if changes:
        params["changes"] = changes
    return params


def _told(lines: Iterable[object]) -> Iterator[LayerProgress | PullNote]:
    for line in lines:
        if trouble := wire_stream.stream_error(line):
            raise from_answer(0, trouble)
        yield wire_stream.pull_line(line)


def id_told(line: LayerProgress | PullNote) -> str:
    """Return the ID that the last line tells, empty if it is something else.

    Podman tells it without its algorithm, and as what is worked on too.
    """
    told = line.text if isinstance(line, PullNote) else line.status
    image_id = wire.image_id(told)
    return image_id if image_id.startswith("sha256:") else ""
