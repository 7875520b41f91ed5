"""The session on a real Engine, through a relay that counts its requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.live import Listener
from tests.actions.relay import Relay
from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.waiting import until
from tui.actions.session import Session
from tui.store.state import Phase, State

pytestmark = pytest.mark.engine

START = sorted(
    ["GET /version", "GET /info", "GET /events", "GET /images/json", "GET /containers/json"]
)
FEW, MANY = 5, 200


class Watched:
    """A session on the Engine behind a relay, started and up to date."""

    def __init__(self, folder: Path, host: str) -> None:
        self.relay = Relay(folder, host)
        self.listener = Listener()
        self.session = Session(self.relay.endpoint, self.listener.tell)

    def __enter__(self) -> Watched:
        self.session.start()
        self.listener.settle(lambda: self.listener.phase is Phase.CONNECTED, "connected")
        until(lambda: len(self.relay.requests) >= len(START), "the events are asked for")
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self.relay.__exit__(None, None, None)

    @property
    def state(self) -> State:
        return self.listener.store.state

    def has_tag(self, name: str) -> bool:
        return any(tag.endswith(name) for image in self.state.images for tag in image.tags)

    def has_container(self, container_id: str) -> bool:
        return any(one.container_id == container_id for one in self.state.containers)


def _load(maker: ImageMaker, count: int) -> list[str]:
    names = [maker.name(f"many{number}:1") for number in range(count)]
    layer = maker.layer("shared", 1000)
    config = [{"Labels": {"number": str(number)}} for number in range(count)]
    specs = [
        ImageSpec((layer,), tags=(name,), config=own)
        for name, own in zip(names, config, strict=True)
    ]
    maker.load(*specs)
    return names


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_start_is_five_requests_however_many_images_there_are(
    engine_host: str, maker: ImageMaker, tmp_path: Path, count: int
) -> None:
    names = _load(maker, count)
    with Watched(tmp_path, engine_host) as watched:
        assert sorted(watched.relay.requests) == START
        assert all(watched.has_tag(name) for name in names)


def test_a_change_made_elsewhere_leads_to_one_reading_of_the_right_list(
    engine_host: str, maker: ImageMaker, tmp_path: Path
) -> None:
    """A tag reads the images again, a container the containers; nothing else is asked."""
    (name,) = _load(maker, 1)
    with Watched(tmp_path, engine_host) as watched:
        tagged = maker.tag(name, "elsewhere:1")
        watched.listener.settle(lambda: watched.has_tag(tagged), "the tag is seen")
        container_id = maker.container(name, command=["x"])
        watched.listener.settle(lambda: watched.has_container(container_id), "it is seen")
        assert watched.relay.requests[len(START) :] == [
            "GET /images/json", "GET /containers/json",
        ]  # fmt: skip


def test_each_change_of_an_image_is_seen(
    engine_host: str, maker: ImageMaker, tmp_path: Path
) -> None:
    with Watched(tmp_path, engine_host) as watched:
        (name,) = _load(maker, 1)
        watched.listener.settle(lambda: watched.has_tag(name), "what was loaded is seen")
        tagged = maker.tag(name, "two:1")
        watched.listener.settle(lambda: watched.has_tag(tagged), "the tag is seen")
        maker.api.remove_image(tagged)
        watched.listener.settle(lambda: not watched.has_tag(tagged), "it is gone")
        maker.api.remove_image(name)
        watched.listener.settle(lambda: not watched.has_tag(name), "the image is gone")


def test_a_change_while_the_lists_are_read_is_seen(
    engine_host: str, maker: ImageMaker, tmp_path: Path
) -> None:
    """The event stream's request is held until the lists were answered and then changed."""
    watched = Watched(tmp_path, engine_host)
    made: list[str] = []

    def change_first(request: str) -> None:
        if request == "GET /events" and not made:
            until(lambda: watched.listener.phase is Phase.CONNECTED, "the lists were read")
            made.append(maker.name("meanwhile:1"))
            maker.load(ImageSpec((maker.layer("meanwhile", 1000),), tags=(made[0],)))

    watched.relay.before = change_first
    with watched:
        watched.listener.settle(lambda: bool(made) and watched.has_tag(made[0]), "it is seen")
