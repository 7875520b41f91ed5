"""A search of Docker Hub, by whoever answers: its API, the Engine, Docker's old index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from tui.browsing.ways import Ways
from tui.engine.errors import Cancelled, EngineError, EngineRefused, RegistryUnreachable
from tui.i18n import N_, _
from tui.layers.errors import LayerError
from tui.model.image import SearchResult
from tui.model.registry import Answerer
from tui.registry.errors import RegistryError

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


class NoSearch(RegistryError):
    """Nobody answers a search of Docker Hub; `detail` says who said what."""

    TITLE = N_("Docker Hub cannot be searched from here.")
    REMEDY = N_("Check the network; the web page is https://hub.docker.com/search.")


class NotSearchable(RegistryError):
    """A registry has no search: that is no part of the distribution API."""

    TITLE = N_("This registry cannot be searched.")
    REMEDY = N_("Its tags can be listed: orlop tags HOST/NAME; its names by the key R at the Hub.")


class Query(NamedTuple):
    """What to search for."""

    term: str
    limit: int
    official: bool = False
    stars: int = 0
    """The least stars a result may have."""

    @property
    def names_registry(self) -> bool:
        """Whether it is another registry that is to be searched: only the Engine does that."""
        first, slash, _rest = self.term.partition("/")
        return bool(slash) and ("." in first or ":" in first or first == "localhost")

    def fits(self, result: SearchResult) -> bool:
        """Tell whether a result is as it was asked for; not everybody who answers sees to that."""
        return result.stars >= self.stars and (result.is_official or not self.official)


class Found(NamedTuple):
    """What a search found."""

    results: tuple[SearchResult, ...]
    answered_by: Answerer


def search(
    query: Query, ways: Ways, engine: Callable[[], EngineClient], check: Callable[[], None]
) -> Found:
    """Search by the richest answer there is.

    Args:
        query: What to search for.
        ways: The ways to Docker Hub.
        engine: Returns the Engine, or raises why there is none.
        check: Raises when nobody wants the answer any more.

    Raises:
        NoSearch: nobody answers.
        NotSearchable: the registry that the term names has no search.
        EngineError: the Engine refuses, and nobody else may be asked; or cancelled.
    """
    try:
        client: EngineClient | None = engine()
        trouble: EngineError | None = None
    except EngineError as error:
        client, trouble = None, error
    if query.names_registry or (client is not None and client.info.practice):
        if client is None:
            assert trouble is not None
            raise trouble
        return _found_in_registry(query, client)
    said: list[tuple[Answerer, LayerError | EngineError]] = []
    for who, ask in _askers(query, ways, client):
        try:
            return _found(query, ask, who)
        except Cancelled:
            raise
        except (RegistryError, EngineError) as error:
            check()
            said.append((who, error))
    raise NoSearch(_reasons(said, trouble))


_Ask = Callable[..., tuple[SearchResult, ...]]


def _askers(
    query: Query, ways: Ways, client: EngineClient | None
) -> Iterator[tuple[Answerer, _Ask]]:
    hub = ways.hub()

    def by_hub(term: str, *, limit: int) -> tuple[SearchResult, ...]:
        return hub.search(term, limit=limit, official=query.official)

    yield Answerer.HUB, by_hub
    if client is not None:
        yield Answerer.ENGINE, _engine_search(client)
    yield Answerer.INDEX, hub.search_index


def _engine_search(client: EngineClient) -> _Ask:
    from tui.engine.images import EngineSearcher

    return EngineSearcher(client).search


def _found(query: Query, ask: _Ask, who: Answerer) -> Found:
    results = ask(query.term, limit=query.limit)
    return Found(tuple(one for one in results if query.fits(one)), who)


def _found_in_registry(query: Query, client: EngineClient) -> Found:
    try:
        return _found(query, _engine_search(client), Answerer.ENGINE)
    except EngineRefused as error:  # Engines tell the registry's status in words alone
        if "status code 404" not in error.detail:
            raise
        raise NotSearchable(error.detail) from error


def _reasons(
    said: list[tuple[Answerer, LayerError | EngineError]], trouble: EngineError | None
) -> str:
    """Return who said what; that there is no network only once."""
    texts: dict[str, None] = {}
    for who, error in said:
        why = error.detail or error.title
        texts[f"{_(who.value)}: {why}"] = None
        if isinstance(error, RegistryUnreachable):
            break  # the old index is where the Engine asked
    if trouble is not None:
        texts[trouble.title] = None
    return "; ".join(texts)
