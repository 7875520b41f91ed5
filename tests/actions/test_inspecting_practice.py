"""Details, ports and health on the practice engine: a class needs no Docker for them."""

from __future__ import annotations

from tui.actions.dispatcher import Dispatcher
from tui.actions.handlers import HANDLERS
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.reading import InspectContainer
from tui.engine.client import connect
from tui.engine.containers import list_containers
from tui.engine.practice import PracticeEngine
from tui.model.addresses import addresses
from tui.store.store import Store
from tui.ui.containerfields import sections


async def test_what_is_running_there_can_be_looked_into() -> None:
    engine = PracticeEngine()
    engine.start()
    try:
        with connect(engine.endpoint) as client:
            store = Store()
            dispatcher = Dispatcher(HANDLERS, client.for_job, store.apply)
            listed = list_containers(client)
            first, *others = (ContainerTarget(one.container_id, one.name) for one in listed)
            await dispatcher.wait(dispatcher.submit(InspectContainer(first, tuple(others))))
            await dispatcher.close()
    finally:
        engine.stop()
    details = {one.name: one for one in store.state.inside.inspected.values()}
    assert set(details) == {one.name for one in listed}
    health = {one.name: one.health for one in listed if one.health}
    assert health == {name: one.health.status for name, one in details.items() if one.health.status}
    web = details["web"]
    assert (web.health.status, len(web.health.log)) == ("healthy", 5)
    assert web.health_test.interval == 10.0
    assert [(one.text, one.private) for one in addresses(web)] == [("127.0.0.1:8080", "8000/tcp")]
    titles = [section.title for section in sections(web)]
    assert titles[:3] == ["State", "Command", "Ports"]
