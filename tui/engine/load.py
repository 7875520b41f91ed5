"""`POST /images/load`: images from an archive that is sent piece by piece.

The classic store first writes the whole archive to its own disk, and only then looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui.engine import wire_stream
from tui.engine.client import EngineClient
from tui.engine.translate import from_answer
from tui.model.progress import LayerProgress, PullNote


def load(client: EngineClient, pieces: Iterable[bytes]) -> Iterator[LayerProgress | PullNote]:
    """Send an archive and yield what the Engine tells of it, once it has all of it.

    Args:
        client: The Engine; `cut` from another thread ends the sending.
        pieces: The archive, plain or gzip; not read on when the Engine takes no more.

    Raises:
        EngineError: refused before or inside the answer, cut, or the connection broke.
    """
    # Without quiet=0 there is no progress.
    with client.upload("/images/load", params={"quiet": "0"}) as upload:
        for piece in pieces:
            if not upload.send(piece):
                break
        for line in upload.lines():
            if trouble := wire_stream.stream_error(line):
                raise from_answer(0, trouble)
            yield wire_stream.load_line(line)
