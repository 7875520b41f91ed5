"""`GET /containers/{id}/export`: the files of a container as one tar, read as it flows."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final
from urllib.parse import quote

from tui.engine import wire
from tui.engine.client import Body, EngineClient
from tui.engine.errors import BadAnswer

_ANSWER_MAX: Final = 1 << 24
"""Bytes of an inspect answer."""


def exported(client: EngineClient, container: str) -> AbstractContextManager[Body]:
    """Lend the tar of a container's files, running or not; what its volumes hold is not in it.

    A body that is cut seems whole: whoever reads it looks for the tar's own end.

    Args:
        client: The Engine; `cut` from another thread ends the reading.
        container: Name or ID.

    Raises:
        EngineError: it is not there, was cut, or the connection broke.
    """
    return client.body(f"/containers/{quote(container, safe='')}/export")


def files_size(client: EngineClient, container: str) -> int:
    """Return the bytes of all files of a container, its image's too; 0 where nobody knows.

    `GET /containers/{id}/json?size=1`: the Engine walks the writable layer. The tar is larger
    by its headers and its padding.
    """
    with client.body(f"/containers/{quote(container, safe='')}/json?size=1") as body:
        answer = b""
        while data := body.read(1 << 16):
            answer += data
            if len(answer) > _ANSWER_MAX:
                raise BadAnswer
    try:
        return max(wire.number(wire.table(wire.loads(answer)).get("SizeRootFs")), 0)
    except ValueError as error:
        raise BadAnswer(str(error)) from error
