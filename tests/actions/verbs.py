"""A store, a dispatcher with the real handlers, and an Engine: verbs without a screen."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tui.actions.action import Action
from tui.actions.dispatcher import Dispatcher
from tui.actions.handlers import HANDLERS
from tui.actions.preview import RemovalChoice, preview_removal
from tui.actions.selection import select
from tui.actions.values.images import RemoveImages
from tui.actions.values.reading import ReadFacts
from tui.engine.client import EngineClient
from tui.engine.containers import list_containers
from tui.engine.images import list_images
from tui.model.job import Job, JobState
from tui.model.progress import NO_PROGRESS, Outcome, Progress
from tui.store import events
from tui.store.reduce import image_row_key, reduce
from tui.store.state import EMPTY, Pane, State
from tui.store.store import Store

if TYPE_CHECKING:
    from docker import APIClient


@dataclass(frozen=True)
class Snapshot:
    """What there is of ours on the Engine, as far as a verb may change it."""

    images: frozenset[tuple[str, frozenset[str]]]
    """Image ID and all names."""
    containers: frozenset[tuple[str, str, int, bool]]
    """Name, state, exit code, whether it has been started again since it was made."""
    volumes: int
    """Anonymous volumes that our containers had at the beginning and that are still there."""


@dataclass
class Verbs:
    """Does actions as the app does them, and looks at the Engine only for what is ours."""

    client: EngineClient
    maker: ImageMaker
    store: Store = field(default_factory=Store)
    told: list[events.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(HANDLERS, self.client.for_job, self._apply)
        self._ids: set[str] = set()
        self._started: dict[str, str] = {}
        self._volumes: set[str] = set()

    @property
    def api(self) -> APIClient:
        """The Engine itself."""
        return self.maker.api

    @property
    def state(self) -> State:
        """The store's state."""
        return self.store.state

    def _apply(self, event: events.Event) -> None:
        self.told.append(event)
        self.store.apply(event)

    def submit(self, action: Action) -> int:
        """Hand an action in."""
        return self.dispatcher.submit(action)

    async def ended(self, job_id: int) -> Job:
        """Wait for a job's end and return it, also when it was a quiet one."""
        await self.dispatcher.wait(job_id)
        state = EMPTY
        for event in self.told:
            if getattr(event, "job_id", 0) == job_id:
                state = reduce(event, state)
            elif isinstance(event, events.JobQueued) and event.job.job_id == job_id:
                loud = Job(job_id, event.job.kind, event.job.title, event.job.docker)
                state = reduce(events.JobQueued(loud), state)
        return state.jobs[0]

    async def do(self, action: Action) -> Job:
        """Do an action to its end."""
        return await self.ended(self.submit(action))

    def load(self, *specs: ImageSpec) -> tuple[str, ...]:
        """Put images on the Engine; they are ours from now on, with or without names."""
        ids = self.maker.load(*specs)
        self._ids |= set(ids)
        return ids

    def container(self, image: str, name: str, *, start: bool = False, **options: Any) -> str:
        """Create a container of ours."""
        return self.maker.container(image, name=name, start=start, **options)

    async def read(self) -> None:
        """Read our images, containers and facts into the store, as a session and views would."""
        images = (i for i in list_images(self.client, all=True) if self._is_ours(i.references))
        known = {image.image_id: image for image in images}
        for image in list_images(self.client, all=True):
            if image.image_id in self._ids:
                known[image.image_id] = image
        ours = tuple(
            one
            for one in list_containers(self.client)
            if one.name.startswith(f"{self.maker.prefix}-") or one.image_id in known
        )
        self._apply(events.EngineTold(self.client.info))
        self._apply(events.ImagesListed(tuple(known.values())))
        self._apply(events.ContainersListed(ours))
        await self.do(ReadFacts(tuple(known)))

    async def removal(self, *names: str, **switches: bool) -> RemoveImages:
        """Mark these names (or IDs of nameless images) and preview their removal."""
        await self.read()
        keys = {
            image_row_key(image.image_id, "" if name.startswith("sha256:") else name)
            for image in self.state.images
            for name in names
            if name in (image.image_id, *image.references)
        }
        self._apply(events.MarksSet(Pane.IMAGES, frozenset(keys)))
        choice = RemovalChoice(select(self.state, Pane.IMAGES), **switches)
        preview = preview_removal(self.state, choice)
        assert not preview.missing
        return RemoveImages(preview.plan)

    def begin(self) -> None:
        """Note how our containers are before a verb changes them."""
        self._started = {name: state["StartedAt"] for name, state in self._containers().items()}
        self._volumes = {
            mount["Name"]
            for name in self._started
            for mount in self.api.inspect_container(name)["Mounts"]
            if mount["Type"] == "volume"
        }

    def snapshot(self) -> Snapshot:
        """Look at the Engine."""
        images = frozenset(
            (image["Id"], frozenset(_names(image)))
            for image in self.api.images(all=True)
            if image["Id"] in self._ids or self._is_ours(_names(image))
        )
        containers = frozenset(
            (
                name,
                state["Status"],
                state["ExitCode"],
                state["StartedAt"] != self._started.get(name, state["StartedAt"]),
            )
            for name, state in self._containers().items()
        )
        volumes = {volume["Name"] for volume in self.api.volumes()["Volumes"] or ()}
        return Snapshot(images, containers, len(volumes & self._volumes))

    def tags(self) -> set[str]:
        """Return our tags that the Engine lists."""
        tags = (tag for image in self.api.images() for tag in image["RepoTags"] or ())
        return {tag for tag in tags if self._is_ours((tag,))}

    def _containers(self) -> dict[str, Any]:
        listed = self.api.containers(all=True, filters={"name": f"{self.maker.prefix}-"})
        names = (item["Names"][0].removeprefix("/") for item in listed)
        return {name: self.api.inspect_container(name)["State"] for name in names}

    def _is_ours(self, names: Iterable[str]) -> bool:
        return any(f"{self.maker.prefix}/" in name for name in names)


def _names(image: dict[str, Any]) -> set[str]:
    names = {*(image["RepoTags"] or ()), *(image["RepoDigests"] or ())}
    return {name for name in names if "<none>" not in name}


def went_well(job: Job) -> bool:
    """Whether everything that a job was asked to do is done."""
    return job.state is JobState.DONE and all(o.outcome is Outcome.DONE for o in job.outcomes)


def last_progress(verbs: Verbs, job_id: int) -> Progress:
    """Return where a job stood at last."""
    told = [e for e in verbs.told if isinstance(e, events.JobProgressed) and e.job_id == job_id]
    return told[-1].progress if told else NO_PROGRESS


def run_docker(host: str, line: str) -> subprocess.CompletedProcess[str]:
    """Run a docker command line, as it is echoed, by the real docker command."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_")}
    return subprocess.run(
        shlex.split(line),
        env=environment | {"DOCKER_HOST": host, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
