"""Figures and processes on the practice engine: a class needs no Docker for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tui.actions.dispatcher import Dispatcher
from tui.actions.handlers import HANDLERS
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.stats import FollowStats, ReadProcesses
from tui.engine.client import connect
from tui.engine.containers import list_containers
from tui.engine.practice import PracticeEngine
from tui.model.container import ContainerState
from tui.store.statsbook import Wish
from tui.store.store import Store


async def eventually(condition: Callable[[], object], what: str) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


async def test_figures_and_processes() -> None:
    engine = PracticeEngine()
    engine.start()
    try:
        with connect(engine.endpoint) as client:
            store = Store()
            dispatcher = Dispatcher(HANDLERS, client.for_job, store.apply)
            listed = list_containers(client)
            running = [one for one in listed if one.state is ContainerState.RUNNING]
            assert running
            ids = tuple(one.container_id for one in running)
            job_id = dispatcher.submit(FollowStats())
            await eventually(lambda: store.state.inside.stats, "the book is there")
            book = store.state.inside.stats
            assert book is not None
            book.want(Wish(ids[:1], ids[1:]))
            await eventually(lambda: all(book.latest(one).cpu >= 0 for one in ids), "all are told")
            assert all(book.latest(one).memory > 0 for one in ids)
            dispatcher.cancel(job_id)
            await dispatcher.wait(job_id)
            target = ContainerTarget(ids[0], running[0].name)
            await dispatcher.wait(dispatcher.submit(ReadProcesses(target)))
            told = store.state.inside.processes
            assert told is not None
            assert told.rows
            await dispatcher.close()
    finally:
        engine.stop()
