"""Verbs of containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tui.actions.action import Action, docker_line
from tui.actions.selection import Selection
from tui.actions.spec import ON_CONTAINERS, ActionSpec, Ask
from tui.actions.values.containers import ChangeContainers, ContainerVerb
from tui.actions.values.reading import ReadContainerSizes
from tui.i18n import N_
from tui.model.container import ContainerState


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


CONTAINER_VERBS: Final = (
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
        "update",
        N_("Limits"),
        N_("Show and change memory, CPUs, processes and restart policy of the marked containers."),
        ("U",),
        ON_CONTAINERS,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        line=lambda selection: docker_line("update", *(item.name for item in selection.containers)),
        docker="docker update OPTIONS CONTAINER...",
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
        "commit",
        N_("Commit"),
        N_("Make an image of the container: its layers, and one of what it has changed."),
        ("t",),
        ON_CONTAINERS,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        line=lambda selection: docker_line("commit", selection.containers[0].name),
        docker="docker commit CONTAINER [NAME[:TAG]]",
    ),
    ActionSpec(
        "changes",
        N_("Changes"),
        N_("Show the files that the container added, changed or removed, with their sizes."),
        ("D",),
        ON_CONTAINERS,
        needs_selection=True,
        line=lambda selection: docker_line("diff", selection.containers[0].name),
        docker="docker diff CONTAINER",
    ),
    ActionSpec(
        "export",
        N_("Export"),
        N_("Write the files of the container to a tar; layers and config are not in it."),
        ("X",),
        ON_CONTAINERS,
        Ask.FORM,
        needs_selection=True,
        line=lambda selection: docker_line("export", selection.containers[0].name),
        docker="docker export -o FILE CONTAINER",
    ),
    ActionSpec(
        "exec",
        N_("Exec"),
        N_("Run a shell or a command in the container, or attach to its main process."),
        ("e",),
        ON_CONTAINERS,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        line=lambda selection: docker_line("exec", "-it", selection.containers[0].name, "sh"),
        docker="docker exec -it CONTAINER COMMAND",
    ),
    ActionSpec(
        "container_files",
        N_("Files"),
        N_("Look through the container's files: view, copy out, copy in; running or not."),
        ("f",),
        ON_CONTAINERS,
        needs_selection=True,
        line=lambda selection: docker_line("cp", f"{selection.containers[0].name}:/", "-"),
        docker="docker cp CONTAINER:PATH -",
    ),
    ActionSpec(
        "copy_in",
        N_("Copy in"),
        N_("Copy a file or a folder of this machine into the container."),
        ("I",),
        ON_CONTAINERS,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        docker="docker cp SOURCE CONTAINER:PATH",
    ),
    ActionSpec(
        "logs",
        N_("Logs"),
        N_("Follow the logs of the marked containers: search, filter, save."),
        ("l",),
        ON_CONTAINERS,
        needs_selection=True,
        line=lambda selection: docker_line(
            "logs", "--follow", *(item.name for item in selection.containers[:1])
        ),
        docker="docker logs --follow CONTAINER",
    ),
    ActionSpec(
        "save_logs",
        N_("Save log"),
        N_("Write the container's whole log to a file."),
        ("L",),
        ON_CONTAINERS,
        Ask.FORM,
        needs_selection=True,
        line=lambda selection: docker_line("logs", selection.containers[0].name),
        docker="docker logs CONTAINER > FILE",
    ),
    ActionSpec(
        "stats",
        N_("Stats"),
        N_("Watch CPU, memory, network, disk and processes of the running containers."),
        ("v",),
        ON_CONTAINERS,
        docker="docker stats",
    ),
    ActionSpec(
        "figures",
        N_("Figures"),
        N_("Show what running containers use in this list, or hide it; read while it is in sight."),
        ("V",),
        ON_CONTAINERS,
        docker="docker stats",
    ),
    ActionSpec(
        "top",
        N_("Top"),
        N_("Show the processes of the container."),
        ("T",),
        ON_CONTAINERS,
        needs_selection=True,
        line=lambda selection: docker_line("top", selection.containers[0].name),
        docker="docker top CONTAINER",
    ),
    ActionSpec(
        "ports",
        N_("Ports"),
        N_("Show the addresses of the marked containers' ports, to copy."),
        ("p",),
        ON_CONTAINERS,
        needs_selection=True,
        line=lambda selection: docker_line("port", selection.containers[0].name),
        docker="docker port CONTAINER",
    ),
    ActionSpec(
        "health",
        N_("Health"),
        N_("Show the health check of the container, and what its last runs said."),
        ("h",),
        ON_CONTAINERS,
        needs_selection=True,
        line=lambda selection: docker_line(
            "inspect", "-f", "{{json .State.Health}}", selection.containers[0].name
        ),
        docker="docker inspect -f '{{json .State.Health}}' CONTAINER",
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
)
