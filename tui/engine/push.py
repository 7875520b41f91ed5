"""Pushing an image: the Engine's stream as model values, cancelled from any thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from tui.credentials.errors import CredentialsUnreadable
from tui.credentials.stored import registry_auth, stored_login
from tui.engine import wire_stream
from tui.engine.client import EngineClient
from tui.engine.errors import Unsupported
from tui.engine.translate import from_answer, knowing_login
from tui.i18n import _
from tui.model.progress import LayerProgress, PullNote
from tui.model.reference import ImageReference

NO_LOGIN: Final = "e30="
"""An empty JSON object: the Engine wants the header of a push also where there is no login."""


class PushStream:
    """A push as an iterable; it begins when the iteration does.

    `close` may be called from any thread and at any time: the connection is shut
    down, the Engine stops the upload, and the iteration ends with `Cancelled`.
    """

    def __init__(self, client: EngineClient, reference: ImageReference, *, all_tags: bool) -> None:
        self._client = client.for_job()
        self._reference = reference
        self._params = {} if all_tags else {"tag": reference.tag_or_default}

    def __iter__(self) -> Iterator[LayerProgress | PullNote]:
        """Yield the stream's lines until the image is in the registry.

        Raises:
            EngineError: refused before or inside the stream, or cancelled.
        """
        login = ""
        try:
            domain = self._reference.domain
            login = registry_auth(domain, stored_login(domain))
        except CredentialsUnreadable as why:
            sentence = _("The stored login cannot be read; pushing without it: {why}")
            yield PullNote(sentence.format(why=why.detail))
        path = f"/images/{quote(self._reference.repository, safe='/:')}/push"
        headers = {"X-Registry-Auth": login or NO_LOGIN}
        with self._client as client, knowing_login(has_login=bool(login)):
            for line in client.lines("POST", path, params=self._params, headers=headers):
                if trouble := wire_stream.stream_error(line):
                    raise from_answer(0, trouble)
                yield wire_stream.push_line(line)

    def close(self) -> None:
        """Cancel the push."""
        self._client.cut()


def push(client: EngineClient, reference: ImageReference, *, all_tags: bool = False) -> PushStream:
    """Return a push (`POST /images/{name}/push`), over a connection of its own.

    Args:
        client: The Engine.
        reference: What; without a tag it is `latest`.
        all_tags: All tags of the repository that the Engine has; the tag is not looked at.

    Raises:
        Unsupported: `all_tags` on an Engine that cannot (`Capabilities.pull_all_tags`).
    """
    if all_tags and not client.capabilities.pull_all_tags:
        raise Unsupported
    return PushStream(client, reference, all_tags=all_tags)
