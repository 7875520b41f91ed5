"""Pulls through a slow line on a real Engine: cancelled in mid-layer, several at once."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.actions.verbs import Verbs, last_progress, run_docker, went_well
from tests.engines.images import ImageSpec
from tests.engines.registries import SlowProxy, manifest_digest, push_seeded
from tests.waiting import until
from tui.actions.values.images import PullImage
from tui.engine.errors import NoSuchPlatform
from tui.model.job import JobState

pytestmark = pytest.mark.engine

LIST_TYPE = "application/vnd.docker.distribution.manifest.list.v2+json"
MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"


async def wait(condition: Callable[[], object], what: str) -> None:
    """Wait beside the event loop, which goes on."""
    await asyncio.to_thread(until, condition, what)


@pytest.mark.stores("classic", "podman")
async def test_a_cancel_in_the_middle_of_a_layer_stops_the_engines_download(
    verbs: Verbs, registry: str
) -> None:
    """The line is held half-way; that it is free again without `let_go` is the Engine's doing."""
    seeded = push_seeded(verbs.maker, registry, sizes=(3_000_000,))
    with SlowProxy(registry, stop_after=1_000_000) as proxy:
        job_id = verbs.submit(PullImage(seeded.via(proxy.address)))
        await wait(lambda: proxy.blocked, "the layer is half-way")
        await wait(lambda: last_progress(verbs, job_id).done, "the bar shows it")
        progress = last_progress(verbs, job_id)
        assert 0 < progress.done < progress.total
        verbs.dispatcher.cancel(job_id)
        job = await verbs.ended(job_id)
        assert job.state is JobState.CANCELLED
        await wait(lambda: not proxy.blocked, "the Engine hangs up")
        assert proxy.sent < 2_000_000
        assert not verbs.tags()
    with SlowProxy(registry) as whole:
        assert went_well(await verbs.do(PullImage(seeded.via(whole.address))))
        assert whole.sent > 3_000_000, "nothing of the layer was left behind"


async def test_three_pulls_go_on_at_once_and_a_fourth_waits(verbs: Verbs, registry: str) -> None:
    with ExitStack() as stack:
        proxies = [
            stack.enter_context(SlowProxy(registry, stop_after=500_000)) for _number in range(4)
        ]
        seeds = [
            push_seeded(verbs.maker, registry, f"seed{number}:1", sizes=(3_000_000,))
            for number in range(4)
        ]
        names = [seed.via(proxy.address) for seed, proxy in zip(seeds, proxies, strict=True)]
        jobs = [verbs.submit(PullImage(name)) for name in names]
        await wait(lambda: all(proxy.blocked for proxy in proxies[:3]), "three are half-way")
        states = [job.state for job in verbs.state.jobs]
        assert states == [JobState.RUNNING] * 3 + [JobState.QUEUED]
        assert not proxies[3].sent
        verbs.dispatcher.cancel(jobs[1])
        assert (await verbs.ended(jobs[1])).state is JobState.CANCELLED
        await wait(lambda: proxies[3].blocked, "the fourth takes the place of the second")
        for proxy in proxies:
            proxy.let_go()
        ended = [await verbs.ended(job_id) for job_id in jobs]
        assert [went_well(job) for job in ended] == [True, False, True, True]
        assert verbs.tags() == {names[0], names[2], names[3]}


@pytest.mark.stores("classic", "containerd")
async def test_the_same_image_is_not_pulled_twice_at_a_time(verbs: Verbs, registry: str) -> None:
    seeded = push_seeded(verbs.maker, registry, sizes=(1_000_000,))
    with SlowProxy(registry, stop_after=500_000) as proxy:
        action = PullImage(seeded.via(proxy.address))
        first, second = verbs.submit(action), verbs.submit(action)
        await wait(lambda: proxy.blocked, "the layer is half-way")
        assert [job.state for job in verbs.state.jobs] == [JobState.RUNNING, JobState.QUEUED]
        proxy.let_go()
        assert "Downloaded newer image" in (await verbs.ended(first)).summary
        assert "up to date" in (await verbs.ended(second)).summary


def _ask(registry: str, method: str, path: str, body: bytes = b"", kind: str = "") -> bytes:
    connection = http.client.HTTPConnection(registry, timeout=10)
    try:
        headers = {"Accept": MANIFEST_TYPE, "Content-Type": kind} if kind else {}
        connection.request(method, path, body or None, headers or {"Accept": MANIFEST_TYPE})
        answer = connection.getresponse()
        assert answer.status < 300, answer.read()
        return answer.read()
    finally:
        connection.close()


def _push_two_platforms(verbs: Verbs, registry: str) -> str:
    """Push a manifest list of two platforms; returns its reference."""
    repository = verbs.maker.name("two")
    entries = []
    for platform in ("amd64", "arm64"):
        name = f"{registry}/{repository}:{platform}"
        layer = verbs.maker.layer(platform, 1000)
        verbs.load(ImageSpec((layer,), tags=(name,), extra={"architecture": platform}))
        for line in verbs.api.push(f"{registry}/{repository}", platform, stream=True, decode=True):
            assert "error" not in line, line
        verbs.api.remove_image(name)
        manifest = _ask(registry, "GET", f"/v2/{repository}/manifests/{platform}")
        entries.append(
            {
                "mediaType": MANIFEST_TYPE,
                "digest": manifest_digest(registry, repository, platform),
                "size": len(manifest),
                "platform": {"os": "linux", "architecture": platform},
            }
        )
    body = {"schemaVersion": 2, "mediaType": LIST_TYPE, "manifests": entries}
    encoded = json.dumps(body).encode()
    _ask(registry, "PUT", f"/v2/{repository}/manifests/all", encoded, LIST_TYPE)
    return f"{registry}/{repository}:all"


async def test_a_pull_for_another_platform(verbs: Verbs, registry: str, docker_cli: str) -> None:
    reference = _push_two_platforms(verbs, registry)
    for platform in ("linux/arm64", "linux/amd64"):
        action = PullImage(reference, platform)
        assert went_well(await verbs.do(action))
        after = verbs.snapshot()
        pulled = verbs.api.inspect_image(reference)
        assert f"{pulled['Os']}/{pulled['Architecture']}" == platform
        verbs.api.remove_image(reference)
        assert run_docker(docker_cli, action.docker).returncode == 0
        assert verbs.snapshot() == after
        verbs.api.remove_image(reference)


@pytest.mark.stores("classic", "containerd")
async def test_a_platform_that_is_not_there(verbs: Verbs, registry: str, docker_cli: str) -> None:
    action = PullImage(_push_two_platforms(verbs, registry), "linux/s390x")
    job = await verbs.do(action)
    assert (job.state, job.summary) == (JobState.FAILED, NoSuchPlatform().title)
    assert run_docker(docker_cli, action.docker).returncode != 0
    assert not verbs.tags()
