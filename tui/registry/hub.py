"""Docker Hub's own API: search, repositories, tags and layers, none of which counts as a pull.

Sources: the documented API (https://docs.docker.com/reference/api/hub/latest/) and, for the search,
what Docker's own programs ask for. Questions have a limit of their own; a refusal is not asked
about again for a while, and answers are kept for the session.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from tui.i18n import _
from tui.model.image import SearchResult
from tui.model.reference import HUB, ImageReference
from tui.model.registry import NO_QUOTA, HubRepository, Quota, RemoteTag
from tui.registry import hubwire
from tui.registry.client import HUB_HOST, RegistryClient
from tui.registry.connection import Answer, Connections
from tui.registry.errors import (
    EndOfPages,
    HubBlocked,
    HubBusy,
    LoginRefused,
    NotARegistry,
    NotThere,
    RegistryError,
    RegistryRefused,
)
from tui.registry.tokens import said

OVERRIDE: Final = "ORLOP_HUB_URL"
"""Environment variable: one address for everything of Docker Hub, for trials and tests."""

PAGE: Final = 100
"""Tags of a page, as many as the Hub gives."""

SEARCH_MAX: Final = 100
"""Results of a search at most."""

ANSWER_BYTES: Final = 8 << 20
"""Bytes of the longest answer."""

KEPT: Final = 200
"""Answers that are kept."""

BLOCKED_SECONDS: Final = 300.0
"""Time without a question after the Hub took us for a robot."""

BUSY_SECONDS: Final = 60.0
"""Time without a question after its limit was reached, where it does not tell one."""

_PREVIEW: Final = ImageReference(HUB, "ratelimitpreview/test", "latest")
"""What Docker made to ask for the limit of pulls without using it."""

_OK: Final = 200
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_MISSING: Final = 404
_TOO_MANY: Final = 429
_TEXT_MAX: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class HubAddresses:
    """Where Docker Hub is."""

    api: str = "https://hub.docker.com"
    index: str = "https://index.docker.io"
    registry: str = HUB_HOST


def hub_addresses(environ: Mapping[str, str]) -> HubAddresses:
    """Return where Docker Hub is; all of it at one address if the environment says so."""
    url = environ.get(OVERRIDE, "").rstrip("/")
    if not url.startswith(("http://", "https://")):
        return HubAddresses()
    return HubAddresses(url, url, urlsplit(url).netloc)


class HubMemory:
    """What the Hub has answered, and whether it wants to be left alone. For all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, Any] = OrderedDict()
        self._refusals: dict[str, tuple[float, RegistryError]] = {}
        self.quota = NO_QUOTA
        """Questions that are left."""

    def get(self, url: str) -> Any:
        """Return a kept answer; None where there is none."""
        with self._lock:
            return self._answers.get(url)

    def keep(self, url: str, answer: Any) -> None:
        """Keep an answer; the oldest goes."""
        with self._lock:
            self._answers[url] = answer
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)

    def check(self, host: str) -> None:
        """Raise what a host has answered if it wants to be left alone.

        Raises:
            HubBlocked: not long ago it took us for a robot.
            HubBusy: its limit is reached.
        """
        until, refusal = self._refusals.get(host, (0.0, None))
        if refusal is not None and time.monotonic() < until:
            raise refusal

    def leave_alone(self, host: str, seconds: float, refusal: RegistryError) -> None:
        """Ask a host nothing for a while."""
        self._refusals[host] = (time.monotonic() + seconds, refusal)


class TagPage(NamedTuple):
    """One page of tags."""

    tags: tuple[RemoteTag, ...]
    total: int


class HubClient:
    """Asks Docker Hub. Uses one connection at a time, so one thread."""

    def __init__(
        self,
        addresses: HubAddresses,
        memory: HubMemory,
        connections: Connections | None = None,
        *,
        anew: bool = False,
    ) -> None:
        """Prepare; asks nothing.

        Args:
            addresses: Where it is.
            memory: What it has answered so far.
            connections: The way to it; of the environment by default.
            anew: Do without the kept answers.
        """
        self._addresses = addresses
        self._memory = memory
        self._anew = anew
        self.connections = connections or Connections()

    @property
    def quota(self) -> Quota:
        """Questions that are left, as the Hub's last answer told."""
        return self._memory.quota

    def search(self, term: str, *, limit: int, official: bool = False) -> tuple[SearchResult, ...]:
        """Return at most `limit` repositories, the best first, without archived ones.

        Raises:
            RegistryError: the Hub does not answer, or does not want to.
        """
        asked = {"query": term, "type": "image", "from": "0", "size": str(min(limit, SEARCH_MAX))}
        if official:
            asked["badges"] = "official"
        told = self._document(f"{self._addresses.api}/api/search/v4?{urlencode(asked)}")
        return hubwire.results(told)[:limit]

    def search_index(self, term: str, *, limit: int) -> tuple[SearchResult, ...]:
        """Search as the Engine does, by Docker's old index.

        Raises:
            RegistryError: the index does not answer, or does not want to.
        """
        asked = {"q": term, "n": str(min(limit, SEARCH_MAX))}
        told = self._document(f"{self._addresses.index}/v1/search?{urlencode(asked)}")
        return hubwire.index_results(told)[:limit]

    def repository(self, path: str) -> HubRepository:
        """Return a repository's page.

        Raises:
            RegistryError: there is none, or it cannot be asked for.
        """
        page = hubwire.repository(self._document(self._url(path)))
        return page._replace(quota=self.quota)

    def tag_pages(self, path: str, *, name: str = "", platform: str = "") -> Iterator[TagPage]:
        """Yield the tags of a repository, those pushed last first, page by page.

        Args:
            path: Which repository, as `library/nginx`.
            name: Only tags with this in their name.
            platform: The one whose size is told.

        Raises:
            EndOfPages: the Hub tells no more to somebody without a login.
            RegistryError: there is no such repository, or it cannot be asked for.
        """
        number, seen, total = 1, 0, 1
        while seen < total:
            asked = {"page_size": str(PAGE), "page": str(number), "ordering": "last_updated"}
            asked |= {"name": name} if name else {}
            told = self._document(f"{self._url(path)}/tags?{urlencode(asked)}")
            tags, total = hubwire.tags(told, platform)
            if not tags:
                return
            yield TagPage(tags, total)
            seen, number = seen + len(tags), number + 1

    def tag(self, path: str, name: str, *, platform: str = "") -> RemoteTag:
        """Return one tag.

        Raises:
            RegistryError: there is none, or it cannot be asked for.
        """
        return hubwire.tag(self._document(f"{self._url(path)}/tags/{quote(name)}"), platform)

    def images(self, path: str, tag: str) -> tuple[hubwire.HubImage, ...]:
        """Return the images of a tag, one for each platform, with their layers.

        Raises:
            RegistryError: there is no such tag, or it cannot be asked for.
        """
        where = f"{self._addresses.api}/v2/repositories/{quote(path)}/tags/{quote(tag)}/images"
        return hubwire.images(self._document(where))

    def _url(self, path: str) -> str:
        namespace, _slash, name = path.partition("/")
        place = f"namespaces/{quote(namespace)}/repositories/{quote(name, safe='')}"
        return f"{self._addresses.api}/v2/{place}"

    def _document(self, url: str) -> Any:
        """Return an answer's JSON, or what was kept of it."""
        kept = None if self._anew else self._memory.get(url)
        if kept is not None:
            return kept
        host = urlsplit(url).netloc
        self._memory.check(host)
        with self.connections.ask(url, {"Accept": "application/json"}) as answer:
            self._note_quota(answer)
            refusal = self._refusal(answer)
            if refusal is not None:
                self._remember(host, answer, refusal)
                raise refusal
            told = _json_of(answer)
        self._memory.keep(url, told)
        return told

    def _note_quota(self, answer: Answer) -> None:
        limit = hubwire.digits(answer.header("X-RateLimit-Limit"))
        if limit:
            left = hubwire.digits(answer.header("X-RateLimit-Remaining"))
            self._memory.quota = Quota(limit, left, 60)

    def _refusal(self, answer: Answer) -> RegistryError | None:
        """Return what an answer that is none means."""
        if answer.status == _OK and "html" not in answer.header("Content-Type"):
            return None
        body = answer.read(_TEXT_MAX)
        text = said(body)
        if answer.status == _TOO_MANY:
            return HubBusy(text)
        if answer.status == _MISSING:
            return NotThere(text)
        if "pagination" in text.lower():
            return EndOfPages(text)
        is_page = not text and answer.status in (_OK, _FORBIDDEN, 503)
        if is_page:
            return HubBlocked(f"HTTP {answer.status}")
        if answer.status in (_UNAUTHORIZED, _FORBIDDEN):
            return LoginRefused(text)
        return RegistryRefused(f"{answer.status} {text}")

    def _remember(self, host: str, answer: Answer, refusal: RegistryError) -> None:
        """Leave a host alone that wants to be."""
        if isinstance(refusal, HubBlocked):
            self._memory.leave_alone(host, BLOCKED_SECONDS, refusal)
        elif isinstance(refusal, HubBusy):
            self._memory.leave_alone(host, _wait(answer), refusal)


def pull_quota(client: RegistryClient) -> Quota:
    """Return how many pulls are left; asking uses none. Nothing where there is no limit.

    The client is one for `preview_of`.

    Raises:
        RegistryError: the registry cannot be asked.
    """
    path = f"{_PREVIEW.path}/manifests/{_PREVIEW.tag}"
    with client.ask(path, {}, method="HEAD") as answer:
        limit, seconds = hubwire.limit(answer.header("RateLimit-Limit"))
        left, _seconds = hubwire.limit(answer.header("RateLimit-Remaining"))
        return Quota(limit, left, seconds, answer.header("Docker-RateLimit-Source"))


def preview_reference() -> ImageReference:
    """Return the image whose registry client `pull_quota` takes."""
    return _PREVIEW


def _json_of(answer: Answer) -> Any:
    try:
        return json.loads(answer.document(ANSWER_BYTES))
    except (ValueError, RecursionError):
        raise NotARegistry(_("it sends something else than JSON")) from None


def _wait(answer: Answer) -> float:
    """Return for how many seconds a busy host wants to be left alone."""
    until = hubwire.digits(answer.header("X-Retry-After") or answer.header("Retry-After"))
    seconds = until - time.time() if until > 1_000_000_000 else until
    return min(max(seconds, 1.0), 3600.0) if until else BUSY_SECONDS
