"""The practice engine in the app: offered where no Engine answers, plain in the header."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.ui.stage import CONNECTED, ENGINE, GAUGE, TERMINAL, Stage, stage
from tui.engine.errors import EngineUnreachable
from tui.engine.practice import PracticeEngine
from tui.model.engine import PRACTICE, Endpoint
from tui.store import events
from tui.store.state import NO_TROUBLE, ConnectionState, Phase, State, Trouble
from tui.ui.lines import cells, header_pieces
from tui.ui.screens.connection import ConnectionScreen, ContextsScreen
from tui.ui.screens.main import MainScreen
from tui.ui.widgets.columns import CellText

GONE = events.ConnectionChanged(Phase.FAILED, Trouble("Nothing listens there.", "Start it."))
BACK = events.ConnectionChanged(Phase.CONNECTED, NO_TROUBLE)


class FakeEngine(PracticeEngine):
    """Starts nothing, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.trouble: EngineUnreachable | None = None

    def start(self) -> None:
        self.calls.append("start")
        if self.trouble is not None:
            raise self.trouble

    def stop(self) -> None:
        self.calls.append("stop")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    engine = FakeEngine()
    monkeypatch.setattr("tui.engine.practice.PracticeEngine", lambda: engine)
    return engine


async def test_where_no_engine_answers_p_goes_to_the_practice_engine(fake: FakeEngine) -> None:
    async with stage(size=(80, 24)) as here:
        await here.tell(GONE)
        here.screen(ConnectionScreen)
        assert "p practice engine" in here.text()
        await here.press("p")
        assert fake.calls == ["start"]
        assert [session.calls for session in here.sessions] == [["start", "close"], ["start"]]
        assert here.state.connection.endpoint == fake.endpoint
        assert here.state.connection.endpoint.origin == PRACTICE
        await here.tell(*CONNECTED)
        here.screen(MainScreen)
        assert "PRACTICE" in here.line("#header")


async def test_an_engine_that_cannot_be_started_is_told(fake: FakeEngine) -> None:
    fake.trouble = EngineUnreachable("no more processes", url="unix:///x")
    async with stage() as here:
        await here.tell(GONE)
        await here.press("p")
        assert len(here.sessions) == 1
        await here.press("escape")
        assert "no more processes" in here.text()


async def test_the_contexts_list_it(
    fake: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    async with stage(*CONNECTED) as here:
        await here.press("C")
        here.screen(ContextsScreen)
        assert PRACTICE in here.text()
        assert fake.calls == []
        await here.press("end", "enter")
        assert fake.calls == ["start"]
        assert here.session.endpoint == fake.endpoint


async def test_it_ends_with_the_app(fake: FakeEngine) -> None:
    async with stage(*CONNECTED) as here:
        here.app.go_to_practice()
        await _quit(here)
    assert fake.calls == ["start", "stop"]


async def test_an_app_that_did_not_want_it_starts_none(fake: FakeEngine) -> None:
    async with stage(*CONNECTED) as here:
        await _quit(here)
    assert fake.calls == []


async def _quit(here: Stage) -> None:
    here.app.ask_to_quit()
    await here.app.workers.wait_for_complete()


def header(width: int, **about: Any) -> str:
    endpoint = about.get("endpoint", Endpoint("unix:///x", "default"))
    connection = ConnectionState(endpoint=endpoint, phase=Phase.CONNECTED)
    engine = replace(ENGINE, practice=about.get("practice", False))
    state = State(connection=connection, engine=engine, gauge=GAUGE)
    pieces = header_pieces(state, TERMINAL.glyphs, width)
    assert cells(pieces[0]) + cells(pieces[1]) <= width
    return "".join(
        piece.text if isinstance(piece, CellText) else piece for side in pieces for piece in side
    )


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_header_says_so_of_a_practice_engine_that_others_serve(width: int) -> None:
    assert "PRACTICE" in header(width, practice=True)
    assert "PRACTICE" not in header(width)


def test_the_header_says_so_before_the_engine_has_told() -> None:
    path = "/tmp/orlop-practice-1234567-0123abcd/engine.sock"
    assert "PRACTICE" in header(80, endpoint=Endpoint(f"unix://{path}", PRACTICE))
