"""Images: one function an endpoint, plain and blocking; each raises EngineError."""

from __future__ import annotations

from typing import Protocol

from tui.engine import wire
from tui.engine.client import EngineClient
from tui.engine.errors import NotFound
from tui.model.image import HistoryStep, ImageDetails, ImageFacts, ImageSummary, SearchResult
from tui.model.removal import DeleteAnswer

SEARCH_LIMIT = 25
"""Results of a search without further words, as the docker command has it (1 to 100)."""


def list_images(client: EngineClient, *, all: bool = False) -> tuple[ImageSummary, ...]:  # noqa: A002
    """Return the images (`GET /images/json`).

    Args:
        client: The Engine.
        all: With the intermediate images of the classic builder too.
    """
    with client.asking() as api:
        answer: object = api.images(all=all)
    return wire.images(answer)


def inspect_image(client: EngineClient, name: str) -> ImageDetails:
    """Return one image by name or ID (`GET /images/{name}/json`).

    Raises:
        NotFound: there is none.
    """
    with client.asking() as api:
        answer: object = api.inspect_image(name)
    return wire.details(answer)


def image_history(client: EngineClient, name: str) -> tuple[HistoryStep, ...]:
    """Return the steps that made an image, oldest first (`GET /images/{name}/history`)."""
    with client.asking() as api:
        answer: object = api.history(name)
    return wire.history(answer)


def image_facts(client: EngineClient, image_id: str) -> ImageFacts:
    """Return inspect and history of an image; the same for ever, so worth keeping by ID."""
    return ImageFacts(inspect_image(client, image_id), image_history(client, image_id))


def identity(client: EngineClient, name: str) -> str:
    """Return the ID of the image that `name` points to now; empty if to none.

    Asked just before a removal, since a name may have moved after the preview.
    """
    try:
        return inspect_image(client, name).image_id
    except NotFound:
        return ""


def tag(client: EngineClient, image: str, *, repository: str, tag: str) -> None:
    """Give an image one more name (`POST /images/{name}/tag`); a name in use moves."""
    with client.asking() as api:
        api.tag(image, repository, tag)


def remove_image(
    client: EngineClient, name: str, *, force: bool = False, noprune: bool = False
) -> DeleteAnswer:
    """Remove a name, or an image by its ID (`DELETE /images/{name}`).

    Args:
        client: The Engine.
        name: A reference, or an image ID.
        force: Also with several names or a stopped container. Podman removes the
            container too: see `Capabilities.force_removes_containers`.
        noprune: Leave the untagged parents.

    Raises:
        Conflict: something uses it; `detail` says what.
        NotFound: it is gone already.
    """
    with client.asking(None) as api:
        answer: object = api.remove_image(name, force=force, noprune=noprune)
    return wire.delete_answer(answer)


class Searcher(Protocol):
    """Something that finds repositories by a word."""

    def search(self, term: str, *, limit: int = SEARCH_LIMIT) -> tuple[SearchResult, ...]:
        """Return at most `limit` repositories, best first.

        Raises:
            EngineError: it could not be asked.
        """


class EngineSearcher:
    """The Engine's own search (`GET /images/search`): Docker Hub, or `registry/term`."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client

    def search(self, term: str, *, limit: int = SEARCH_LIMIT) -> tuple[SearchResult, ...]:
        """Return at most `limit` repositories, best first."""
        try:
            with self._client.asking() as api:
                answer: object = api.search(term, limit=limit)
        except NotFound:  # how Podman says that there are no results
            return ()
        return wire.search_results(answer)[:limit]
