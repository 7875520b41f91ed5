"""Pulling an image: the Engine's stream as model values, cancelled from any thread."""

from __future__ import annotations

from collections.abc import Iterator

from tui.credentials.errors import CredentialsUnreadable
from tui.credentials.stored import registry_auth, stored_login
from tui.engine import wire_stream
from tui.engine.client import EngineClient
from tui.engine.errors import Unsupported
from tui.engine.translate import from_answer, knowing_login
from tui.i18n import _
from tui.model.progress import LayerProgress, PullNote
from tui.model.reference import ImageReference


class PullStream:
    """A pull as an iterable; it begins when the iteration does.

    `close` may be called from any thread and at any time: the connection is shut
    down, the Engine stops the download, and the iteration ends with `Cancelled`.
    """

    def __init__(
        self, client: EngineClient, reference: ImageReference, *, platform: str, all_tags: bool
    ) -> None:
        self._client = client.for_job()
        self._reference = reference
        self._params = _parameters(reference, platform=platform, all_tags=all_tags)

    def __iter__(self) -> Iterator[LayerProgress | PullNote]:
        """Yield the stream's lines until the image is there.

        Raises:
            EngineError: refused before or inside the stream, or cancelled.
        """
        login = ""
        try:
            domain = self._reference.domain
            login = registry_auth(domain, stored_login(domain))
        except CredentialsUnreadable as why:
            sentence = _("The stored login cannot be read; pulling without it: {why}")
            yield PullNote(sentence.format(why=why.detail))
        headers = {"X-Registry-Auth": login} if login else {}
        with self._client as client, knowing_login(has_login=bool(login)):
            lines = client.lines("POST", "/images/create", params=self._params, headers=headers)
            for line in lines:
                if trouble := wire_stream.stream_error(line):
                    raise from_answer(0, trouble)
                yield wire_stream.pull_line(line)

    def close(self) -> None:
        """Cancel the pull."""
        self._client.cut()


def pull(
    client: EngineClient, reference: ImageReference, *, platform: str = "", all_tags: bool = False
) -> PullStream:
    """Return a pull (`POST /images/create`), over a connection of its own.

    Args:
        client: The Engine.
        reference: What; without tag and digest it is `latest`.
        platform: `os/architecture[/variant]`; empty for the Engine's own.
        all_tags: All tags of the repository; tag and digest are not looked at.

    Raises:
        Unsupported: `all_tags` on an Engine that cannot (`Capabilities.pull_all_tags`).
    """
    if all_tags and not client.capabilities.pull_all_tags:
        raise Unsupported
    return PullStream(client, reference, platform=platform, all_tags=all_tags)


def _parameters(reference: ImageReference, *, platform: str, all_tags: bool) -> dict[str, str]:
    """Return the query as the docker command writes it: a digest goes in place of the tag."""
    params = {"fromImage": reference.repository}
    if not all_tags:
        params["tag"] = reference.digest or reference.tag_or_default
    if platform:
        params["platform"] = platform
    return params
