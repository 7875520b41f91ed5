"""The seeded registry and the slow line to it, with a real Engine at the other end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from docker.types import CancellableStream

from tests.engines.maker import ImageMaker
from tests.engines.registries import SlowProxy, push_seeded
from tests.waiting import until

if TYPE_CHECKING:
    from docker import APIClient


def _names(api: APIClient) -> set[str]:
    return {tag for image in api.images() for tag in image["RepoTags"] or ()}


def test_a_seeded_image_is_only_in_the_registry(
    api: APIClient, maker: ImageMaker, registry: str
) -> None:
    seeded = push_seeded(maker, registry, sizes=(1000, 2000))
    assert seeded.reference not in _names(api)
    list(api.pull(seeded.reference, stream=True, decode=True))
    seen = api.inspect_image(seeded.reference)
    assert seen["RootFS"]["Layers"] == list(seeded.spec.diff_ids)
    assert any(digest.endswith(seeded.digest) for digest in seen["RepoDigests"])


def test_the_proxy_holds_a_pull_in_the_middle_of_a_layer(
    api: APIClient, maker: ImageMaker, registry: str
) -> None:
    seeded = push_seeded(maker, registry, sizes=(3_000_000,))
    lines: list[dict[str, object]] = []
    with SlowProxy(registry, stop_after=1_000_000) as proxy:
        reference = seeded.via(proxy.address)
        pull = threading.Thread(
            target=lambda: lines.extend(api.pull(reference, stream=True, decode=True))
        )
        pull.start()
        until(lambda: proxy.blocked, "the pull is in the middle of the layer")
        assert proxy.sent < 2_000_000
        assert reference not in _names(api)
        proxy.let_go()
        pull.join(30)
        assert proxy.sent > 3_000_000
    assert not [line for line in lines if "error" in line]
    assert reference in _names(api)


def test_the_proxy_sees_that_a_pull_was_cancelled(
    api: APIClient, maker: ImageMaker, registry: str
) -> None:
    seeded = push_seeded(maker, registry, sizes=(3_000_000,))
    with SlowProxy(registry, stop_after=1_000_000) as proxy:
        what = {"fromImage": seeded.via(proxy.address)}
        with api.post(f"{api.base_url}/images/create", params=what, stream=True) as answer:
            until(lambda: proxy.blocked, "the pull is in the middle of the layer")
            CancellableStream(iter(()), answer).close()
        until(lambda: not proxy.blocked, "the Engine hangs up")
        assert seeded.via(proxy.address) not in _names(api)


def test_a_slow_line_gives_every_byte(api: APIClient, maker: ImageMaker, registry: str) -> None:
    seeded = push_seeded(maker, registry, sizes=(100_000,))
    with SlowProxy(registry, bytes_per_second=500_000) as proxy:
        list(api.pull(seeded.via(proxy.address), stream=True, decode=True))
        assert proxy.sent > 100_000
    assert seeded.via(proxy.address) in _names(api)
