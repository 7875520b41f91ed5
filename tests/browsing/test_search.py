"""A search and who answers it: Docker Hub, else the Engine, else the old index, else nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import pytest

from tests.registry.hubs import FakeHub
from tui.browsing.search import Found, NoSearch, NotSearchable, Query, search
from tui.browsing.ways import Ways
from tui.engine.errors import Cancelled, EngineError, EngineRefused, NoSocket, RegistryUnreachable
from tui.model.engine import EngineInfo
from tui.model.image import SearchResult
from tui.model.registry import Answerer
from tui.registry.hub import HubMemory

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

V4, INDEX = "/api/search/v4", "/v1/search"
ENGINES = (SearchResult("engines", "", 7, is_official=False),)


class FakeEngine:
    """An Engine that only searches."""

    def __init__(self, *, practice: bool = False, refuses: EngineError | None = None) -> None:
        self.info = EngineInfo(practice=practice)
        self.refuses = refuses
        self.terms: list[str] = []

    def search(self, term: str, *, limit: int) -> tuple[SearchResult, ...]:
        self.terms.append(term)
        if self.refuses is not None:
            raise self.refuses
        return ENGINES[:limit]


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub() as made:
        yield made


@pytest.fixture(autouse=True)
def _engines_are_fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.engine.images.EngineSearcher", lambda engine: engine)


def _search(hub: FakeHub, engine: FakeEngine | None, query: str | Query = "nginx") -> Found:
    def connect() -> EngineClient:
        if engine is None:
            raise NoSocket(url="unix:///nowhere")
        return cast("EngineClient", engine)

    asked = Query(query, 25) if isinstance(query, str) else query
    return search(asked, Ways(hub.addresses, memory=HubMemory()), connect, lambda: None)


def test_docker_hub_answers_first(hub: FakeHub) -> None:
    engine = FakeEngine()
    found = _search(hub, engine)
    assert found.answered_by is Answerer.HUB
    assert [one.name for one in found.results] == ["nginx", "bitnami/nginx", "me/nginx"]
    assert engine.terms == []


def test_then_the_engine(hub: FakeHub) -> None:
    hub.blocks(V4)
    found = _search(hub, FakeEngine())
    assert found == Found(ENGINES, Answerer.ENGINE)


def test_then_the_old_index(hub: FakeHub) -> None:
    hub.refuses(V4, 404, b"")
    for engine in (None, FakeEngine(refuses=EngineError("no"))):
        found = _search(hub, engine)
        assert found.answered_by is Answerer.INDEX
        assert [one.name for one in found.results] == ["nginx", "me/nginx"]


def test_nobody_answers_and_each_says_why(hub: FakeHub) -> None:
    hub.blocks(V4, INDEX)
    with pytest.raises(NoSearch) as caught:
        _search(hub, FakeEngine(refuses=RegistryUnreachable("dial tcp: no such host")))
    assert "Docker Hub's API: HTTP 403" in caught.value.detail
    assert "the Engine: dial tcp: no such host" in caught.value.detail
    with pytest.raises(NoSearch) as caught:
        _search(hub, None)
    assert "There is no Engine" in caught.value.detail


def test_a_registry_without_a_search_says_so(hub: FakeHub) -> None:
    engine = FakeEngine(refuses=EngineRefused("Unexpected status code 404", status=500))
    with pytest.raises(NotSearchable):
        _search(hub, engine, "127.0.0.1:5/x")
    with pytest.raises(EngineRefused, match="teapot"):
        _search(hub, FakeEngine(refuses=EngineRefused("teapot", status=500)), "127.0.0.1:5/x")


@pytest.mark.parametrize("term", ["127.0.0.1:5/x", "registry.example/x", "localhost/x"])
def test_another_registry_is_searched_by_the_engine_alone(hub: FakeHub, term: str) -> None:
    engine = FakeEngine()
    assert _search(hub, engine, term).answered_by is Answerer.ENGINE
    assert engine.terms == [term]
    with pytest.raises(NoSocket):
        _search(hub, None, term)
    assert hub.asked == []


def test_the_practice_engine_has_a_hub_of_its_own(hub: FakeHub) -> None:
    assert _search(hub, FakeEngine(practice=True)).results == ENGINES
    with pytest.raises(EngineError, match="no"):
        _search(hub, FakeEngine(practice=True, refuses=EngineError("no")))
    assert hub.asked == []


def test_filters_hold_whoever_answers(hub: FakeHub) -> None:
    found = _search(hub, None, Query("nginx", 25, official=True, stars=10))
    assert [one.name for one in found.results] == ["nginx"]
    hub.refuses(V4, 500, b"")
    found = _search(hub, FakeEngine(), Query("nginx", 25, official=True))
    assert found.results == ()


def test_a_cancel_asks_nobody_else(hub: FakeHub) -> None:
    hub.refuses(V4, 500, b"")
    engine = FakeEngine(refuses=Cancelled())
    with pytest.raises(Cancelled):
        _search(hub, engine)
    assert [one.path.partition("?")[0] for one in hub.asked] == [V4]
