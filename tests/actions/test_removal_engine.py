"""Removing images on a real Engine: what the preview said, to the byte, or it is skipped."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.actions.relay import Relay
from tests.actions.test_verbs_engine import SITUATIONS, able_to_run, spec
from tests.actions.verbs import Verbs, last_progress, run_docker, went_well
from tests.engines.images import parented_chain
from tests.engines.maker import ImageMaker
from tests.waiting import until
from tui.actions.preview import RemovalChoice, inventory_of, preview_removal
from tui.actions.selection import EMPTY_SELECTION
from tui.actions.values.images import RemoveImages
from tui.disk.prune import stopped_containers
from tui.engine.client import connect
from tui.engine.system import layers_size
from tui.model.job import JobState
from tui.model.progress import Outcome
from tui.model.removal import StayCause

pytestmark = [pytest.mark.engine, pytest.mark.stores("classic")]

REMOVALS = tuple(name for name in SITUATIONS if name.startswith("remove_") and "cont" not in name)
"""Situations in which only images are at stake."""


def _freed(summary: str) -> int:
    """Return the bytes that a receipt says came back."""
    told = re.search(r"freed .*\(([\d,]+) bytes?\)", summary)
    assert told, summary
    return int(told[1].replace(",", ""))


@pytest.mark.parametrize("name", REMOVALS)
async def test_the_receipt_is_what_the_preview_said(verbs: Verbs, name: str) -> None:
    """Predicted bytes, the receipt's, and the drop of LayersSize are the same number."""
    action = await SITUATIONS[name](verbs)
    assert isinstance(action, RemoveImages)
    before = layers_size(verbs.client)
    job_id = verbs.submit(action)
    job = await verbs.ended(job_id)
    assert action.plan.is_exact
    assert _freed(job.summary) == action.plan.freed_min == before - layers_size(verbs.client)
    done = len(action.plan.steps)
    assert job.summary.startswith(f"{done} of {done} removed")
    lines = last_progress(verbs, job_id).lines
    untagged = {line.removeprefix("Untagged: ") for line in lines if line.startswith("Untagged")}
    assert untagged == {name for image in action.plan.images for name in image.untagged}
    deleted = {line.removeprefix("Deleted: ") for line in lines if line.startswith("Deleted")}
    images = {image.image_id for image in action.plan.images if image.deleted}
    assert deleted == images | {layer.chain_id for layer in action.plan.layers if layer.freed}


async def test_what_a_container_uses_is_not_asked_for(verbs: Verbs, docker_cli: str) -> None:
    (image_id,) = verbs.load(spec(verbs, "a:1"))
    verbs.container(image_id, "old", command=["x"])
    before = verbs.snapshot()
    action = await verbs.removal(verbs.maker.name("a:1"))
    assert not action.plan.steps
    (image,) = action.plan.images
    assert [(stay.cause, stay.state) for stay in image.stays] == [(StayCause.CONTAINER, "created")]
    ran = run_docker(docker_cli, f"docker rmi {verbs.maker.name('a:1')}")
    assert ran.returncode != 0
    assert verbs.snapshot() == before


async def test_force_does_not_reach_what_a_running_container_uses(verbs: Verbs) -> None:
    name = able_to_run(verbs)
    verbs.container(name, "up", start=True)
    action = await verbs.removal(name, force=True)
    assert not action.plan.steps
    assert not action.plan.freed_max


# Changed since the preview


async def _is_skipped(verbs: Verbs, action: RemoveImages, why: str) -> None:
    """Do a removal whose only step must not be done any more."""
    before = verbs.snapshot()
    job = await verbs.do(action)
    assert [outcome.outcome for outcome in job.outcomes] == [Outcome.SKIPPED]
    assert why in job.outcomes[0].why
    assert _freed(job.summary) == 0
    assert verbs.snapshot() == before


async def test_a_name_that_moved_is_skipped(verbs: Verbs) -> None:
    _old, new = verbs.load(spec(verbs, "a:1"), spec(verbs, "b:1", layers=("other",)))
    action = await verbs.removal(verbs.maker.name("a:1"))
    verbs.maker.tag(new, "a:1")
    await _is_skipped(verbs, action, "points to another image")


async def test_what_is_gone_is_skipped(verbs: Verbs) -> None:
    verbs.load(spec(verbs, "a:1"))
    action = await verbs.removal(verbs.maker.name("a:1"))
    verbs.api.remove_image(verbs.maker.name("a:1"))
    await _is_skipped(verbs, action, "already gone")


async def test_an_image_that_got_a_name_is_skipped(verbs: Verbs) -> None:
    named, nameless = verbs.load(spec(verbs, "a:1"), spec(verbs, layers=("other",)))
    for image, removed in ((named, verbs.maker.name("a:1")), (nameless, nameless)):
        action = await verbs.removal(removed)
        name = verbs.maker.tag(image, "new:1")
        await _is_skipped(verbs, action, f"got the name {name}")
        verbs.api.remove_image(name, noprune=True) if image == named else None


async def test_an_image_that_lost_the_name_that_kept_it_is_not_deleted(verbs: Verbs) -> None:
    """The preview said that only a name goes; without the other name the image would go."""
    verbs.load(spec(verbs, "a:1", "b:1"))
    action = await verbs.removal(verbs.maker.name("a:1"))
    verbs.api.remove_image(verbs.maker.name("b:1"))
    await _is_skipped(verbs, action, "nothing keeps it")


async def test_a_parent_that_lost_its_child_is_not_deleted(verbs: Verbs) -> None:
    action = await SITUATIONS["remove_a_parent_alone"](verbs)
    assert isinstance(action, RemoveImages)
    verbs.api.remove_image(verbs.maker.name("child:1"), noprune=True)
    await _is_skipped(verbs, action, "nothing keeps it")


async def test_force_does_not_reach_a_container_made_since(verbs: Verbs) -> None:
    (image_id,) = verbs.load(spec(verbs, "a:1"))
    action = await verbs.removal(verbs.maker.name("a:1"), force=True)
    verbs.container(image_id, "new", command=["x"])
    await _is_skipped(verbs, action, "-new uses it since the preview")


async def test_without_force_the_engine_refuses_what_a_new_container_uses(verbs: Verbs) -> None:
    (image_id,) = verbs.load(spec(verbs, "a:1"))
    action = await verbs.removal(verbs.maker.name("a:1"))
    verbs.container(image_id, "new", command=["x"])
    job = await verbs.do(action)
    assert [outcome.outcome for outcome in job.outcomes] == [Outcome.FAILED]
    assert "container" in job.outcomes[0].why
    assert verbs.tags() == {verbs.maker.name("a:1")}


async def test_one_that_changed_does_not_keep_the_others(verbs: Verbs) -> None:
    verbs.load(*(spec(verbs, f"{name}:1", layers=(name,)) for name in "abc"))
    names = [verbs.maker.name(f"{name}:1") for name in "abc"]
    action = await verbs.removal(*names)
    verbs.api.remove_image(names[1])
    job = await verbs.do(action)
    assert [outcome.outcome for outcome in job.outcomes] == [
        Outcome.DONE, Outcome.SKIPPED, Outcome.DONE,
    ]  # fmt: skip
    assert not verbs.tags()


# The stop key


async def test_stopped_half_way_the_rest_is_skipped(
    engine_host: str, maker: ImageMaker, tmp_path: Path
) -> None:
    """The second request is held while the job is stopped: it ends, and no third one is made."""
    held, go_on = threading.Event(), threading.Event()
    with Relay(tmp_path, engine_host) as relay, connect(relay.endpoint) as client:
        verbs = Verbs(client, maker)
        verbs.load(*(spec(verbs, f"{name}:1", layers=(name,)) for name in "abcd"))
        action = await verbs.removal(*(maker.name(f"{name}:1") for name in "abcd"))
        deletes: list[str] = []
        relay.before = _hold_second_delete(deletes, held, go_on)
        job_id = verbs.submit(action)
        await _in_thread(held.is_set)
        verbs.dispatcher.cancel(job_id)
        go_on.set()
        job = await verbs.ended(job_id)
        relay.before = lambda _request: None
        assert job.state is JobState.CANCELLED
        done, skipped = [Outcome.DONE] * 2, [Outcome.SKIPPED] * 2
        assert [outcome.outcome for outcome in job.outcomes] == done + skipped
        assert len(deletes) == 2
        assert "2 of 4 removed" in job.summary
        assert _freed(job.summary) == action.plan.freed_min // 2
        assert verbs.tags() == {maker.name("c:1"), maker.name("d:1")}
        await verbs.dispatcher.close()


def _hold_second_delete(
    deletes: list[str], held: threading.Event, go_on: threading.Event
) -> Callable[[str], None]:
    def before(request: str) -> None:
        if request.startswith("DELETE"):
            deletes.append(request)
            if len(deletes) == 2:
                held.set()
                assert go_on.wait(20)

    return before


async def _in_thread(condition: Callable[[], bool]) -> None:
    import asyncio

    await asyncio.to_thread(until, condition, "the request is held")


# Prunes: never the Engine's own, but the same images


def _zoo(verbs: Verbs, label: str) -> None:
    """Load images of every kind a prune tells apart, all with a label."""
    labelled: dict[str, object] = {"config": {"Labels": {label: "yes"}}}
    layers = tuple(verbs.maker.layer(name, 3000) for name in ("base", "middle", "top"))
    child = parented_chain(layers, tags=(verbs.maker.name("child:1"),))
    loose, used, named, _family = (
        spec(verbs, layers=("loose",), **labelled),
        spec(verbs, layers=("used",), **labelled),
        spec(verbs, "named:1", "named:2", layers=("named",), **labelled),
        child,
    )
    busy = spec(verbs, "busy:1", layers=("busy",), **labelled)
    verbs.load(loose, used, named, busy)
    verbs.container(used.image_id, "one", command=["x"])
    verbs.container(busy.image_id, "two", command=["x"])


@pytest.mark.parametrize(("unused", "flag"), [(False, ""), (True, " --all")])
async def test_a_prune_takes_what_dockers_own_would(
    verbs: Verbs, docker_cli: str, unused: bool, flag: str
) -> None:
    label = f"{verbs.maker.prefix}.zoo"
    _zoo(verbs, label)
    await verbs.read()
    choice = RemovalChoice(EMPTY_SELECTION, prune=True, unused=unused)
    action = RemoveImages(preview_removal(verbs.state, choice).plan)
    before = layers_size(verbs.client)
    job = await verbs.do(action)
    assert went_well(job)
    assert _freed(job.summary) == action.plan.freed_min == before - layers_size(verbs.client)
    after = verbs.snapshot()
    verbs.maker.clean()
    _zoo(verbs, label)
    line = f"docker image prune{flag} --force --filter label={label}"
    ran = run_docker(docker_cli, line)
    assert ran.returncode == 0, ran.stderr
    assert verbs.snapshot() == after
    verbs.maker.clean()
    _zoo(verbs, label)
    assert run_docker(docker_cli, action.docker).returncode == 0
    assert verbs.snapshot() == after


async def test_a_prune_of_containers_means_those_in_which_nothing_runs(
    verbs: Verbs, docker_cli: str
) -> None:
    name, label = able_to_run(verbs), f"{verbs.maker.prefix}.zoo"
    verbs.container(name, "up", start=True, labels={label: "yes"})
    stopped = verbs.container(name, "down", labels={label: "yes"})
    verbs.api.wait(verbs.container(name, "ran", start=True, command=["sh"], labels={label: "yes"}))
    await verbs.read()
    meant = {one.name for one in stopped_containers(inventory_of(verbs.state))}
    ran = run_docker(docker_cli, f"docker container prune --force --filter label={label}")
    assert stopped in ran.stdout
    left = {name for name, *_rest in verbs.snapshot().containers}
    assert meant == {one.name for one in verbs.state.containers} - left
    assert len(meant) == 2
