"""The catalogue: every verb with its title, help, keys, danger, and how to build its action.

Keys, palette, help screen and footer are all made from it. A spec either
builds an `Action` for the dispatcher, or names a screen that asks first
(`ask`), or is a way of looking (`Ask.VIEW`) that the screens know by its ID.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tui.actions.action import (
    Action,
    ChangeContainers,
    ContainerVerb,
    ReadContainerSizes,
    docker_line,
)
from tui.actions.selection import Selection
from tui.actions.spec import (
    ON_CONTAINERS,
    ON_HUB,
    ON_IMAGE_LIST,
    ON_IMAGES,
    ON_LISTS,
    ActionSpec,
    Ask,
)
from tui.i18n import N_
from tui.model.container import ContainerState
from tui.model.text import short_id
from tui.store.state import Pane


def _change(
    verb: ContainerVerb, *, only: frozenset[ContainerState]
) -> Callable[[Selection], Action | None]:
    """Return a builder for a verb that fits containers in the states `only`."""

    def build(selection: Selection) -> Action | None:
        fitting = tuple(
            target
            for target, container in zip(
                selection.container_targets, selection.containers, strict=True
            )
            if container.state in only
        )
        return ChangeContainers(verb, fitting) if fitting else None

    return build


ALIVE: Final = frozenset(state for state in ContainerState if state.is_alive)
STOPPED: Final = frozenset({ContainerState.CREATED, ContainerState.EXITED, ContainerState.DEAD})


def _image_names(selection: Selection) -> tuple[str, ...]:
    return tuple(row.reference or short_id(row.image.image_id) for row in selection.images)


def _image_line(*words: str) -> Callable[[Selection], str]:
    return lambda selection: docker_line(*words, *_image_names(selection))


def _inspect_line(selection: Selection) -> str:
    names = _image_names(selection) or tuple(item.name for item in selection.containers)
    return docker_line("inspect", *names) if names else ""


CATALOGUE: Final[tuple[ActionSpec, ...]] = (
    # Images
    ActionSpec(
        "pull",
        N_("Pull"),
        N_("Download an image by its reference, with a bar for each layer."),
        ("p",),
        frozenset({Pane.IMAGES, Pane.LAYERS}),
        Ask.FORM,
        changes=True,
        docker="docker pull REFERENCE",
    ),
    ActionSpec(
        "remove_images",
        N_("Remove"),
        N_("Preview what removing the marked images takes, frees and leaves; then remove it."),
        ("d", "delete", "ctrl+d"),
        ON_IMAGES,
        Ask.PREVIEW_IMAGES,
        changes=True,
        dangerous=True,
        needs_selection=True,
        line=_image_line("rmi"),
        docker="docker rmi IMAGE...",
    ),
    ActionSpec(
        "prune_images",
        N_("Prune"),
        N_("Preview the removal of all images without a name, or of all that nothing uses."),
        ("P",),
        ON_IMAGES,
        Ask.PREVIEW_IMAGES,
        changes=True,
        dangerous=True,
        docker="docker image prune [--all]",
    ),
    ActionSpec(
        "tag",
        N_("Tag"),
        N_("Give the image one more name."),
        ("t",),
        ON_IMAGES,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        docker="docker tag IMAGE REFERENCE",
    ),
    ActionSpec(
        "untag",
        N_("Untag"),
        N_("Take this name away from an image that has others; the image stays."),
        ("U",),
        ON_IMAGES,
        Ask.PREVIEW_IMAGES,
        changes=True,
        dangerous=True,
        needs_selection=True,
        line=_image_line("rmi"),
        docker="docker rmi REFERENCE",
    ),
    ActionSpec(
        "matrix",
        N_("Matrix"),
        N_("Layers against images: what is shared with what, and what removing one would free."),
        ("M",),
        ON_IMAGES,
        needs_selection=True,
    ),
    ActionSpec(
        "files",
        N_("Files"),
        N_("The files of each layer: what it added, modified and removed, and what is wasted."),
        ("f",),
        ON_IMAGES,
        needs_selection=True,
        docker="docker save IMAGE",
    ),
    ActionSpec(
        "where",
        N_("Where"),
        N_("Where it lies on the Engine's disk, step by step, with the shell lines that show it."),
        ("W",),
        ON_IMAGES | ON_CONTAINERS,
        needs_selection=True,
        line=_inspect_line,
        docker="docker inspect NAME",
    ),
    # Containers
    ActionSpec(
        "start",
        N_("Start"),
        N_("Start stopped containers."),
        ("s",),
        ON_CONTAINERS,
        Ask.NOTHING,
        changes=True,
        needs_selection=True,
        build=_change(ContainerVerb.START, only=STOPPED),
        docker="docker start CONTAINER...",
    ),
    ActionSpec(
        "stop",
        N_("Stop"),
        N_("Stop running containers: SIGTERM, after ten seconds SIGKILL."),
        ("S",),
        ON_CONTAINERS,
        Ask.CONFIRM,
        changes=True,
        dangerous=True,
        needs_selection=True,
        build=_change(ContainerVerb.STOP, only=ALIVE),
        docker="docker stop CONTAINER...",
    ),
    ActionSpec(
        "restart",
        N_("Restart"),
        N_("Stop containers and start them again."),
        ("R",),
        ON_CONTAINERS,
        Ask.CONFIRM,
        changes=True,
        dangerous=True,
        needs_selection=True,
        build=_change(ContainerVerb.RESTART, only=ALIVE | STOPPED),
        docker="docker restart CONTAINER...",
    ),
    ActionSpec(
        "kill",
        N_("Kill"),
        N_("Kill containers at once (SIGKILL)."),
        ("K",),
        ON_CONTAINERS,
        Ask.CONFIRM,
        changes=True,
        dangerous=True,
        needs_selection=True,
        build=_change(ContainerVerb.KILL, only=ALIVE),
        docker="docker kill CONTAINER...",
    ),
    ActionSpec(
        "pause",
        N_("Pause"),
        N_("Freeze all processes of running containers."),
        ("b",),
        ON_CONTAINERS,
        Ask.NOTHING,
        changes=True,
        needs_selection=True,
        build=_change(ContainerVerb.PAUSE, only=frozenset({ContainerState.RUNNING})),
        docker="docker pause CONTAINER...",
    ),
    ActionSpec(
        "unpause",
        N_("Unpause"),
        N_("Let frozen containers go on."),
        ("B",),
        ON_CONTAINERS,
        Ask.NOTHING,
        changes=True,
        needs_selection=True,
        build=_change(ContainerVerb.UNPAUSE, only=frozenset({ContainerState.PAUSED})),
        docker="docker unpause CONTAINER...",
    ),
    ActionSpec(
        "rename",
        N_("Rename"),
        N_("Give the container another name."),
        ("n",),
        ON_CONTAINERS,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        docker="docker rename CONTAINER NAME",
    ),
    ActionSpec(
        "remove_containers",
        N_("Remove"),
        N_("Preview the removal of the marked containers; then remove them."),
        ("d", "delete", "ctrl+d"),
        ON_CONTAINERS,
        Ask.PREVIEW_CONTAINERS,
        changes=True,
        dangerous=True,
        needs_selection=True,
        line=lambda selection: docker_line("rm", *(item.name for item in selection.containers)),
        docker="docker rm CONTAINER...",
    ),
    ActionSpec(
        "prune_containers",
        N_("Prune"),
        N_("Preview the removal of all stopped containers."),
        ("P",),
        ON_CONTAINERS,
        Ask.PREVIEW_CONTAINERS,
        changes=True,
        dangerous=True,
        docker="docker container prune",
    ),
    ActionSpec(
        "container_sizes",
        N_("Sizes"),
        N_("Measure the writable layers of all containers (the Engine walks them)."),
        ("w",),
        ON_CONTAINERS,
        Ask.NOTHING,
        build=lambda _selection: ReadContainerSizes(),
        docker="docker ps --all --size",
    ),
    ActionSpec(
        "all_containers",
        N_("All"),
        N_("Show stopped containers too, or only living ones."),
        ("A",),
        ON_CONTAINERS,
        docker="docker ps [--all]",
    ),
    # Hub
    ActionSpec(
        "search",
        N_("Search"),
        N_("Search Docker Hub; `registry.example:5000/term` searches that registry."),
        ("n",),
        ON_HUB,
        Ask.FORM,
        docker="docker search TERM",
    ),
    ActionSpec(
        "pull_result",
        N_("Pull"),
        N_("Download the image that was found."),
        ("p", "enter"),
        ON_HUB,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        docker="docker pull REFERENCE",
    ),
    ActionSpec(
        "web",
        N_("Web page"),
        N_("Open the repository's page in a browser where there is one, and copy its address."),
        ("w",),
        ON_HUB,
        needs_selection=True,
    ),
    # Lists
    ActionSpec(
        "inspect",
        N_("Inspect"),
        N_("Show everything the Engine tells of it; each field can be copied."),
        ("i",),
        frozenset({Pane.IMAGES, Pane.CONTAINERS, Pane.LAYERS}),
        needs_selection=True,
        line=_inspect_line,
        docker="docker inspect NAME",
    ),
    ActionSpec(
        "open_layers",
        N_("Layers"),
        N_("Go to the layers of the image."),
        ("l", "enter"),
        ON_IMAGE_LIST,
        needs_selection=True,
        line=_image_line("history"),
        docker="docker history IMAGE",
    ),
    ActionSpec(
        "layer_text",
        N_("Full text"),
        N_("Show the layer's IDs and its whole command."),
        ("enter",),
        frozenset({Pane.LAYERS}),
        docker="docker history --no-trunc IMAGE",
    ),
    ActionSpec(
        "copy",
        N_("Copy"),
        N_("Copy a field of the row, through the terminal (OSC 52)."),
        ("c",),
        needs_selection=False,
    ),
    ActionSpec(
        "filter",
        N_("Filter"),
        N_("Show only rows with this text in name, tag or ID; is:dangling, is:unused, is:used."),
        ("/",),
        frozenset({Pane.IMAGES, Pane.CONTAINERS, Pane.HUB}),
    ),
    ActionSpec(
        "sort_next",
        N_("Sort"),
        N_("Sort by the next column."),
        ("o",),
        frozenset({Pane.IMAGES, Pane.CONTAINERS, Pane.HUB}),
    ),
    ActionSpec(
        "sort_reverse",
        N_("Reverse"),
        N_("Turn the order round."),
        ("O",),
        frozenset({Pane.IMAGES, Pane.CONTAINERS, Pane.HUB}),
    ),
    ActionSpec("mark", N_("Mark"), N_("Mark the row, or unmark it."), ("space",), ON_LISTS),
    ActionSpec("mark_all", N_("Mark all"), N_("Mark all rows that are shown."), ("a",), ON_LISTS),
    ActionSpec("unmark_all", N_("Clear marks"), N_("Take all marks away."), ("u",), ON_LISTS),
    # The app
    ActionSpec("jobs", N_("Jobs"), N_("Show what is going on and what was done."), ("J",)),
    ActionSpec(
        "contexts",
        N_("Contexts"),
        N_("Go to another Engine: docker contexts and sockets found here."),
        ("C",),
        docker="docker --context NAME ...",
    ),
    ActionSpec(
        "engine",
        N_("Engine"),
        N_("Show what this Engine is, how it stores images, and what that allows."),
        ("E",),
        docker="docker info",
    ),
    ActionSpec("zoom", N_("Zoom"), N_("Give the pane the whole screen, or give it back."), ("z",)),
    ActionSpec(
        "refresh",
        N_("Refresh"),
        N_("Read everything again. Changes made elsewhere come by themselves."),
        ("r",),
    ),
    ActionSpec(
        "mouse",
        N_("Mouse"),
        N_("Leave the mouse to the terminal, so that it can select text, or take it back."),
        ("m",),
    ),
    ActionSpec("help", N_("Help"), N_("Show all keys and the docker commands."), ("?",)),
    ActionSpec("palette", N_("Palette"), N_("Find a command by typing."), (":",)),
    ActionSpec("quit", N_("Quit"), N_("Leave orlop; asks when jobs are running."), ("q", "ctrl+q")),
)
"""Every verb, in the order of the help screen."""

BY_ID: Final = {spec.action_id: spec for spec in CATALOGUE}


def offered(*, read_only: bool) -> tuple[ActionSpec, ...]:
    """Return the verbs that this session has: in read-only mode none that changes anything."""
    return tuple(spec for spec in CATALOGUE if not (read_only and spec.changes))
