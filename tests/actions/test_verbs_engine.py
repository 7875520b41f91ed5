"""Every verb on a real Engine, and beside it the docker command with the line that orlop echoes.

Each situation is made twice from the same bytes: once orlop acts, once the docker command does.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest

from tests.actions.verbs import Snapshot, Verbs, run_docker, went_well
from tests.engines.images import BUSYBOX, ImageSpec, Link, make_layer, parented_chain
from tests.engines.registries import push_seeded
from tui.actions.action import Action
from tui.actions.values.containers import (
    ChangeContainers,
    ContainerTarget,
    ContainerVerb,
    RemoveContainers,
    RenameContainer,
)
from tui.actions.values.images import PullImage, SearchImages, TagImage
from tui.actions.values.reading import InspectContainer, ReadContainerSizes, ReadFacts
from tui.model.job import JobState
from tui.model.progress import Outcome
from tui.model.text import human_size

pytestmark = pytest.mark.engine
CLASSIC = pytest.mark.stores("classic")

STOPS_AT_ONCE = ("sh", "-c", "trap 'exit 3' TERM; sleep 3600 & wait")
"""A command that ends when it is asked to."""

Situation = Callable[[Verbs], Awaitable[Action]]
"""Makes a situation and returns the action to do in it."""


def spec(
    verbs: Verbs, *rests: str, layers: tuple[str, ...] = ("only",), **extra: object
) -> ImageSpec:
    """Return an image with these names and layers; the same layer name gives the same bytes."""
    made = tuple(verbs.maker.layer(name, 1000 + len(name)) for name in layers)
    return ImageSpec(made, tags=tuple(verbs.maker.name(rest) for rest in rests), extra=extra)


def able_to_run(verbs: Verbs, **config: object) -> str:
    """Load an image that can run, whose layers nobody else has; returns its name."""
    name = verbs.maker.name("runs:1")
    applets = {f"bin/{applet}": Link("busybox") for applet in ("sh", "sleep")}
    files: dict[str, bytes | Link] = {
        "bin/busybox": BUSYBOX.read_bytes(),
        **applets,
        "own": verbs.maker.prefix.encode(),
    }
    verbs.load(ImageSpec((make_layer(files),), tags=(name,), config=config))
    return name


def target(verbs: Verbs, name: str) -> ContainerTarget:
    whole = f"{verbs.maker.prefix}-{name}"
    return ContainerTarget(verbs.api.inspect_container(whole)["Id"], whole)


# Situations: images


async def remove_by_tag(verbs: Verbs) -> Action:
    verbs.load(spec(verbs, "a:1"), spec(verbs, "b:1", layers=("other",)))
    return await verbs.removal(verbs.maker.name("a:1"))


async def remove_one_of_two_names(verbs: Verbs) -> Action:
    verbs.load(spec(verbs, "a:1", "a:2"))
    return await verbs.removal(verbs.maker.name("a:1"))


async def remove_with_all_names(verbs: Verbs) -> Action:
    verbs.load(spec(verbs, "a:1", "a:2", "b:1"))
    return await verbs.removal(verbs.maker.name("a:1"), whole=True)


async def remove_both_names(verbs: Verbs) -> Action:
    verbs.load(spec(verbs, "a:1", "b:1"))
    return await verbs.removal(verbs.maker.name("a:1"), verbs.maker.name("b:1"))


async def remove_a_nameless_image(verbs: Verbs) -> Action:
    (image_id,) = verbs.load(spec(verbs))
    return await verbs.removal(image_id)


async def remove_what_shares_layers(verbs: Verbs) -> Action:
    verbs.load(
        spec(verbs, "a:1", layers=("base", "a")),
        spec(verbs, "b:1", layers=("base", "b")),
        spec(verbs, "c:1", layers=("base",)),
    )
    return await verbs.removal(verbs.maker.name("a:1"), verbs.maker.name("b:1"))


def _family(verbs: Verbs) -> None:
    layers = tuple(verbs.maker.layer(name, 2000) for name in ("one", "two", "three"))
    names = tuple(verbs.maker.name(rest) for rest in ("child:1", "parent:1"))
    verbs.load(*parented_chain(layers, tags=names))


async def remove_a_child_and_its_parent(verbs: Verbs) -> Action:
    _family(verbs)
    return await verbs.removal(verbs.maker.name("parent:1"), verbs.maker.name("child:1"))


async def remove_a_parent_alone(verbs: Verbs) -> Action:
    _family(verbs)
    return await verbs.removal(verbs.maker.name("parent:1"))


async def remove_a_child_alone(verbs: Verbs) -> Action:
    _family(verbs)
    return await verbs.removal(verbs.maker.name("child:1"))


async def remove_by_force_what_a_stopped_container_uses(verbs: Verbs) -> Action:
    (image_id,) = verbs.load(spec(verbs, "a:1"))
    verbs.container(image_id, "old", command=["x"])
    return await verbs.removal(verbs.maker.name("a:1"), force=True)


async def remove_a_spare_name_of_what_a_container_uses(verbs: Verbs) -> Action:
    (image_id,) = verbs.load(spec(verbs, "a:1", "b:1"))
    verbs.container(image_id, "old", command=["x"])
    return await verbs.removal(verbs.maker.name("b:1"))


async def tag_by_name(verbs: Verbs) -> Action:
    (image_id,) = verbs.load(spec(verbs, "a:1"))
    return TagImage(image_id, verbs.maker.name("a:1"), verbs.maker.name("b:2"))


async def tag_a_nameless_image_as_latest(verbs: Verbs) -> Action:
    (image_id,) = verbs.load(spec(verbs))
    return TagImage(image_id, image_id[7:19], verbs.maker.name("b"))


async def tag_with_a_name_in_use(verbs: Verbs) -> Action:
    image_id, _other = verbs.load(spec(verbs, "a:1"), spec(verbs, "b:1", layers=("other",)))
    return TagImage(image_id, verbs.maker.name("a:1"), verbs.maker.name("b:1"))


# Situations: containers


def change(verb: ContainerVerb, *, start: bool, before: ContainerVerb | None = None) -> Situation:
    async def situation(verbs: Verbs) -> Action:
        image = able_to_run(verbs)
        for name in ("one", "two"):
            verbs.container(image, name, start=start, command=STOPS_AT_ONCE)
        both = tuple(target(verbs, name) for name in ("one", "two"))
        if before:
            assert went_well(await verbs.do(ChangeContainers(before, both)))
        return ChangeContainers(verb, both)

    return situation


async def rename(verbs: Verbs) -> Action:
    (image_id,) = verbs.load(spec(verbs, "a:1"))
    verbs.container(image_id, "old", command=["x"])
    return RenameContainer(target(verbs, "old"), f"{verbs.maker.prefix}-new")


async def rename_to_a_name_in_use(verbs: Verbs) -> Action:
    (image_id,) = verbs.load(spec(verbs, "a:1"))
    for name in ("old", "other"):
        verbs.container(image_id, name, command=["x"])
    return RenameContainer(target(verbs, "old"), f"{verbs.maker.prefix}-other")


def remove_containers(*, start: bool, force: bool = False, volumes: bool = False) -> Situation:
    async def situation(verbs: Verbs) -> Action:
        image = able_to_run(verbs, Volumes={"/v": {}})
        verbs.container(image, "up", start=start, command=STOPS_AT_ONCE)
        verbs.container(image, "down", command=["x"])
        both = (target(verbs, "up"), target(verbs, "down"))
        return RemoveContainers(both, force=force, volumes=volumes)

    return situation


SITUATIONS: dict[str, Situation] = {
    situation.__name__: situation
    for situation in (
        remove_by_tag,
        remove_one_of_two_names,
        remove_with_all_names,
        remove_both_names,
        remove_a_nameless_image,
        remove_what_shares_layers,
        remove_a_child_and_its_parent,
        remove_a_parent_alone,
        remove_a_child_alone,
        remove_by_force_what_a_stopped_container_uses,
        remove_a_spare_name_of_what_a_container_uses,
        tag_by_name,
        tag_a_nameless_image_as_latest,
        tag_with_a_name_in_use,
    )
}
"""What is done to images: where the classic store has rules and IDs of its own."""

CONTAINERS: dict[str, Situation] = {
    rename.__name__: rename,
    rename_to_a_name_in_use.__name__: rename_to_a_name_in_use,
    "start": change(ContainerVerb.START, start=False),
    "start_what_runs": change(ContainerVerb.START, start=True),
    "stop": change(ContainerVerb.STOP, start=True),
    "restart": change(ContainerVerb.RESTART, start=True),
    "kill": change(ContainerVerb.KILL, start=True),
    "kill_what_is_stopped": change(ContainerVerb.KILL, start=False),
    "pause": change(ContainerVerb.PAUSE, start=True),
    "unpause": change(ContainerVerb.UNPAUSE, start=True, before=ContainerVerb.PAUSE),
    "remove_containers": remove_containers(start=False),
    "remove_containers_one_runs": remove_containers(start=True),
    "remove_containers_by_force": remove_containers(start=True, force=True),
    "remove_containers_with_volumes": remove_containers(start=False, volumes=True),
    "remove_containers_by_force_with_volumes": remove_containers(
        start=True, force=True, volumes=True
    ),
}

"""What is done to containers: the same on every store."""

REFUSED = {"rename_to_a_name_in_use", "kill_what_is_stopped", "remove_containers_one_runs"}
"""Situations in which the Engine says no."""


@pytest.mark.parametrize(
    "name", [*CONTAINERS, *(pytest.param(name, marks=CLASSIC) for name in SITUATIONS)]
)
async def test_the_docker_line_does_what_the_verb_does(
    verbs: Verbs, docker_cli: str, name: str
) -> None:
    situation = (SITUATIONS | CONTAINERS)[name]
    action = await situation(verbs)
    verbs.begin()
    before = verbs.snapshot()
    job = await verbs.do(action)
    after = verbs.snapshot()
    if name not in {"start_what_runs", *REFUSED - {"remove_containers_one_runs"}}:
        assert after != before, "the verb did nothing"
    verbs.maker.clean()
    again = await situation(verbs)
    assert _without_ids(again, verbs) == _without_ids(action, verbs)
    verbs.begin()
    ran = run_docker(docker_cli, job.docker)
    assert verbs.snapshot() == after, ran.stderr
    assert (ran.returncode == 0) is went_well(job) is (name not in REFUSED), ran.stderr


def _without_ids(action: Action, verbs: Verbs) -> str:
    """Return the action's line: container IDs change with each run, names do not."""
    assert verbs.maker.prefix in action.docker or "sha256" not in action.docker
    return action.docker


# Pulls


async def _check_pull_line(verbs: Verbs, host: str, action: PullImage, after: Snapshot) -> bool:
    """Undo a pull, run its docker line, compare; returns whether docker was content."""
    verbs.maker.clean()
    assert not verbs.snapshot().images
    ran = run_docker(host, action.docker)
    assert verbs.snapshot() == after, ran.stderr
    return ran.returncode == 0


@CLASSIC
async def test_pull_by_tag(verbs: Verbs, registry: str, docker_cli: str) -> None:
    seeded = push_seeded(verbs.maker, registry, sizes=(1000, 50_000))
    action = PullImage(seeded.reference)
    job = await verbs.do(action)
    assert went_well(job)
    assert seeded.digest in job.summary
    assert "Downloaded newer image" in job.summary
    # Not the sum of the layers: a fast pull may never report a layer's size.
    assert job.progress.done == job.progress.total
    assert {part.status for part in job.progress.parts} == {"Pull complete"}
    seen = verbs.api.inspect_image(seeded.reference)
    assert seen["RootFS"]["Layers"] == list(seeded.spec.diff_ids)
    again = await verbs.do(action)
    assert "up to date" in again.summary
    assert await _check_pull_line(verbs, docker_cli, action, verbs.snapshot())


@CLASSIC
async def test_pull_by_digest(verbs: Verbs, registry: str, docker_cli: str) -> None:
    seeded = push_seeded(verbs.maker, registry, sizes=(1000,))
    action = PullImage(f"{registry}/{seeded.repository}@{seeded.digest}")
    assert went_well(await verbs.do(action))
    after = verbs.snapshot()
    assert {name for _id, names in after.images for name in names} == {action.reference}
    removal = await verbs.removal(action.reference)
    assert removal.plan.freed_min == 1000
    assert went_well(await verbs.do(removal))
    assert not verbs.snapshot().images
    assert run_docker(docker_cli, action.docker).returncode == 0
    assert verbs.snapshot() == after
    assert run_docker(docker_cli, removal.docker).returncode == 0
    assert not verbs.snapshot().images


@pytest.mark.stores("classic", "containerd")
async def test_pull_all_tags(verbs: Verbs, registry: str, docker_cli: str) -> None:
    one = push_seeded(verbs.maker, registry, "many:1", sizes=(1000,))
    two = push_seeded(verbs.maker, registry, "many:2", sizes=(2000,))
    action = PullImage(f"{registry}/{one.repository}", all_tags=True)
    assert went_well(await verbs.do(action))
    assert verbs.tags() >= {one.reference, two.reference}
    assert await _check_pull_line(verbs, docker_cli, action, verbs.snapshot())


@CLASSIC
@pytest.mark.parametrize(
    ("reference", "words"),
    [("{registry}/{prefix}/nothing:1", "manifest unknown"), ("127.0.0.1:1/x:1", "refused")],
)
async def test_a_pull_that_fails_says_why(
    verbs: Verbs, registry: str, docker_cli: str, reference: str, words: str
) -> None:
    name = reference.format(registry=registry, prefix=verbs.maker.prefix)
    job = await verbs.do(PullImage(name))
    assert job.state is JobState.FAILED
    assert words in job.remedy
    ran = run_docker(docker_cli, job.docker)
    assert ran.returncode != 0
    assert words in ran.stderr


# Reads


async def test_inspect_is_what_docker_inspect_prints(verbs: Verbs, docker_cli: str) -> None:
    (image_id,) = verbs.load(spec(verbs, "a:1"))
    container_id = verbs.container(image_id, "one", command=["x"])
    job = await verbs.do(InspectContainer(target(verbs, "one")))
    raw = verbs.state.inside.inspected[container_id].raw
    assert json.loads(run_docker(docker_cli, job.docker).stdout) == [json.loads(raw)]


@CLASSIC
async def test_sizes_are_what_docker_ps_prints(verbs: Verbs, docker_cli: str) -> None:
    (image_id,) = verbs.load(spec(verbs, "a:1"))
    container_id = verbs.container(image_id, "one", command=["x"])
    verbs.api.put_archive(container_id, "/", make_layer({"f": b"x" * 12_345}))
    await verbs.read()
    job = await verbs.do(ReadContainerSizes())
    (container,) = verbs.state.containers
    assert container.size_rw == 12_345
    listed = run_docker(docker_cli, job.docker).stdout.splitlines()
    (line,) = [line for line in listed if container.name in line]
    assert f"{human_size(container.size_rw).replace(' ', '')} (virtual" in line


async def test_facts_are_what_docker_history_prints(verbs: Verbs, docker_cli: str) -> None:
    (image_id,) = verbs.load(spec(verbs, "a:1", layers=("one", "three")))
    job = await verbs.do(ReadFacts((image_id, "sha256:" + "0" * 64)))
    assert went_well(job)
    assert list(verbs.state.facts) == [image_id]
    sizes = [human_size(s.size).replace(" ", "") for s in verbs.state.facts[image_id].history]
    printed = run_docker(docker_cli, job.docker).stdout.splitlines()[1:]
    assert [size in line for size, line in zip(sizes[::-1], printed, strict=True)] == [True] * 2


async def test_a_search_that_fails_shows_why_in_place(verbs: Verbs, docker_cli: str) -> None:
    job = await verbs.do(SearchImages("127.0.0.1:1/x"))
    assert job.state is JobState.DONE
    assert verbs.state.search.trouble.title
    assert "refused" in verbs.state.search.trouble.detail
    assert not verbs.state.search.is_running
    ran = run_docker(docker_cli, job.docker)
    assert ran.returncode != 0
    assert "refused" in ran.stderr


@pytest.mark.stores("classic", "containerd")
async def test_verbs_on_what_is_gone_say_so(verbs: Verbs) -> None:
    gone = ContainerTarget("0" * 64, "gone")
    for action in (
        ChangeContainers(ContainerVerb.START, (gone,)),
        RemoveContainers((gone,)),
    ):
        job = await verbs.do(action)
        assert [outcome.outcome for outcome in job.outcomes] == [Outcome.FAILED]
        assert "No such container" in job.outcomes[0].why
    for single in (RenameContainer(gone, "x1"), InspectContainer(gone)):
        assert (await verbs.do(single)).state is JobState.FAILED
