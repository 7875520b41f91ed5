"""Every difference between the practice engine and real Engines that is meant to be, and why.

The practice engine is Docker 20.10 with the classic store. What is not listed here must be equal;
what is listed must differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

D20: Final = "20.10"
CLASSIC: Final = "28.5 classic"
CONTAINERD: Final = "28.5 containerd"
PODMAN: Final = "Podman 5.8"

DOCKERS: Final = (CLASSIC, CONTAINERD)
NEWER: Final = (CLASSIC, CONTAINERD, PODMAN)
EVERY: Final = (D20, *NEWER)


@dataclass(frozen=True, slots=True)
class Difference:
    """One justified difference; it must be there on each of its Engines."""

    engines: tuple[str, ...]
    where: tuple[str, ...]
    """Patterns of `scenario: step aspect`; `#` stands for the items of a list."""
    reason: str
    theirs_alone: bool = False
    """Only what the practice engine does not tell at all."""
    both_refuse: bool = False
    """Only where both answer with a status of 400 or more."""

    def fits(self, key: str, ours: str | None, theirs: str | None) -> bool:
        """Whether it speaks of this key."""
        if self.theirs_alone and ours is not None:
            return False
        if not any(fnmatchcase(key, pattern) for pattern in self.where):
            return False
        return not self.both_refuse or (_refuses(ours) and _refuses(theirs))


def _refuses(status: str | None) -> bool:
    return bool(status and status.isdigit() and int(status) >= 400)


DIFFERENCES: Final[tuple[Difference, ...]] = (
    # What the practice engine is not meant to be like
    Difference(EVERY, ("info: info Labels*",), "A label tells that it is a practice engine."),
    Difference(
        EVERY,
        ("by_prefix_of_the_id: a slash",),
        "An Engine redirects a path with two slashes; orlop never writes one.",
    ),
    # What came after 20.10
    Difference(
        NEWER,
        ("*: * body*", "*: row*", "*: info *", "*: container #*", "*: image #*", "*: *event *"),
        "Fields that newer APIs have added; a client leaves aside what it does not know.",
        theirs_alone=True,
    ),
    Difference(
        NEWER,
        ("*: * says", "*: * error"),
        "Refusals in other words; what orlop goes by, the status, is compared by itself.",
    ),
    Difference(
        NEWER,
        ("*: *VirtualSize",),
        "`VirtualSize` was always `Size`, and is gone from API 1.44 on.",
    ),
    Difference(
        NEWER,
        ("*: * body ContainerConfig*", "*: * body Container"),
        "The container that an image was made in is told no more.",
    ),
    Difference(
        DOCKERS,
        (
            "*: * body Config.Hostname",
            "*: * body Config.Domainname",
            "*: * body Config.Attach*",
            "*: * body Config.Tty",
            "*: * body Config.OpenStdin",
            "*: * body Config.StdinOnce",
            "*: * body Config.Image",
        ),
        "An image's config has only the fields of the OCI's from API 1.50 on.",
    ),
    Difference(
        DOCKERS,
        ("*: * body Config.Labels",),
        "No labels are `null` rather than an empty object.",
    ),
    Difference(
        DOCKERS,
        ("*: row #.Repo*", "*: by name body #.RepoDigests", "*: image #.RepoDigests"),
        "No names are an empty list, neither `null` nor `<none>:<none>`.",
    ),
    Difference(
        DOCKERS,
        ("list_images: row #.Containers",),
        "Lists count containers from API 1.51 on.",
    ),
    Difference(
        DOCKERS,
        ("containers_that_end_by_themselves: wait*", "wait_for: the *"),
        "`Error` is left out when there is none.",
    ),
    Difference(
        DOCKERS,
        (
            "list_refusals: no JSON status",
            "names_that_cannot_be: * status",
            "names_that_cannot_be: :1 *",
            "archive_in: into a file status",
            "archive_into_read_only_files: into the root status",
            "wait_for: no such condition status",
            "images_that_are_not_there: save, no such ID status",
            "images_that_are_not_there: tag, no name status",
            "commit_with_changes: no name status",
            "limits_that_are_refused: no JSON status",
        ),
        "A client's fault is 400 or 404 rather than 500, and an empty name stands for none.",
    ),
    Difference(
        DOCKERS,
        ("inspect_container: *.KernelMemory*", "inspect_container: *.RestartPolicy.Name"),
        "Kernel memory has gone; no restart policy is called `no`.",
    ),
    Difference(
        DOCKERS,
        (
            "logs*: * kind",
            "attach*: * kind",
            "execute_with_input: start kind",
            "a_run_as_the_docker_command_does_it: attach kind",
        ),
        "The type of a stream says whether it has frames from API 1.42 on.",
    ),
    Difference(
        DOCKERS,
        ("execute_refusals: its exit code",),
        "A program that is not there is 127, as in a shell.",
    ),
    Difference(
        DOCKERS,
        ("stats: once name", "stats: once id"),
        "A single reading does not name its container.",
    ),
    Difference(
        DOCKERS,
        ("a_push_without_the_header: push *",),
        "A push without the header of a login is one without a login.",
    ),
    Difference(
        DOCKERS,
        (
            "ping: * header api-version",
            "version: * body *ApiVersion",
            "version: * body *APIVersion",
        ),
        "The versions of the API.",
    ),
    Difference(
        DOCKERS,
        (
            "info: info KernelMemory",
            "info: info BridgeNf*",
            "info: info RegistryConfig.*",
            "info: info Runtimes.io.containerd.runtime.v1.linux*",
            "info: info *Commit.Expected",
            "disk_usage: parts",
        ),
        "Fields that are gone, and no mirrors as `null`.",
    ),
    Difference(
        DOCKERS,
        ("save_one_image: what is in it", "save_one_image: manifest LayerSources*"),
        "An archive is an OCI layout too.",
    ),
    Difference(
        (CONTAINERD,),
        ("*: *GraphDriver.*", "inspect_container: * body Driver", "info: info Driver"),
        "The containerd store has snapshots, and tells no folders.",
    ),
    Difference(
        (CONTAINERD,),
        (
            "*: * body Size",
            "*: row #.Size",
            "*: history body #.Size",
            "list_containers: with sizes",
            "prune_containers: prune body SpaceReclaimed",
            "disk_usage: grown by the layer",
        ),
        "The containerd store counts blobs, and disk blocks of 4 KiB.",
    ),
    Difference(
        (CONTAINERD,),
        (
            "*: * body RepoDigests",
            "*: names",
            "remove_names_one_by_one: then",
            "remove_by_id: left",
        ),
        "The ID is that of the manifest, and each name has a digest with it.",
    ),
    Difference(
        (CONTAINERD,),
        ("remove_*: * body .", "a_layer_twice_in_an_image: remove *", "pull_a_digest: remove *"),
        "A removal tells images alone; layers go later.",
    ),
    Difference(
        (CONTAINERD,),
        ("pull_*, words of layers", "pull_what_is_partly_here: *", "pull_all_tags: about it all"),
        "containerd counts blobs, and looks for no layer of another image.",
    ),
    Difference(
        (CONTAINERD,),
        ("push: *, words of layers", "push: last line *"),
        "containerd prepares nothing, and ends without `aux`.",
    ),
    Difference(
        (CONTAINERD,),
        ("load_says_what_it_did: *", "save_one_image: repositories"),
        "containerd tells no layers at a load, and writes no `repositories`.",
    ),
    Difference(
        (CONTAINERD,),
        ("events_of_the_past: images",),
        "The event of an untag tells the name that went.",
    ),
    Difference(
        (CONTAINERD,),
        ("an_image_without_layers: history body .", "images_that_are_not_there: save, no name *"),
        "Without steps a history is `null`; a bad name is 400.",
    ),
    # Podman
    Difference(
        (PODMAN,),
        ("*: * status",),
        "Podman refuses with 500 where Docker has 400, 404 or 409.",
        both_refuse=True,
    ),
    Difference(
        (PODMAN,),
        (
            "create_refusals: no command *",
            "create_refusals: nothing *",
            "rename: its own name *",
            "archive_in: into nothing *",
            "archive_in_carefully: into nothing below *",
            "tag: the tag in the name *",
            "names_that_cannot_be: 0123* *",
            "intermediate_images: remove the first *",
            "logs: tail is no number*",
            "execute: start again *",
            "pull_for_a_platform: no platform *",
            "pushes_that_fail: *",
            "pulls_that_fail: nobody there *",
            "a_push_without_the_header: push *",
            "before_any_handler: *",
        ),
        "Podman refuses less, other things, or after seconds; no version of the API is too new.",
    ),
    Difference(
        (PODMAN,),
        (
            "*: *RepoTags*",
            "*: *RepoDigests*",
            "*: names",
            "*: *Tags",
            "*: *Image",
            "list_images: reference=*",
            "remove_names_one_by_one: then",
            "remove_by_id: left",
            "save*: *names*",
            "save_one_image: repositories",
            "load_*: *, streams",
            "load_*: *lines",
        ),
        "Podman writes names in full, and a digest with each.",
    ),
    Difference(
        (PODMAN,),
        ("*: * body Size", "*: *#.Size", "*: with sizes", "*: *SpaceReclaimed", "disk_usage: *"),
        "Podman counts tars and JSON, and lists usage by tag.",
    ),
    Difference(
        (PODMAN,),
        ("*: *.Id", "*: *Parent", "*: *ParentId", "*: row #.Containers"),
        "Podman writes some IDs without `sha256:`, and counts no containers of images.",
    ),
    Difference(
        (PODMAN,),
        ("remove*: * body .", "*: remove* body .", "prune_images: * body ."),
        "Podman tells images and names alone, the image first, and removes unused parents.",
    ),
    Difference(
        (PODMAN,),
        ("remove_what_a_stopped_container_uses: the container's image then",),
        "A removal by force takes the container along: `Capabilities.force_removes_containers`.",
    ),
    Difference(
        (PODMAN,),
        (
            "*: * body Config*",
            "commit*: *",
            "import*: *",
            "*: *GraphDriver.*",
            "inspect_*: * Driver",
        ),
        "Podman leaves out what is empty in an image's config; its store is its own.",
    ),
    Difference(
        (PODMAN,),
        (
            "inspect_container: * body *",
            "list_containers: rows #.*",
            "list_containers: filter *",
            "what_cannot_be_started: *, then",
            "containers_that_end_by_themselves: wait*",
        ),
        "Podman's containers have settings of their own.",
    ),
    Difference(
        (PODMAN,),
        ("*: * kind", "*: * text", "archive_out: *", "ping: *", "version: *", "info: *"),
        "Podman's own headers, types of content, version and facts.",
    ),
    Difference(
        (PODMAN,),
        ("pull_*: *", "push: *"),
        "Podman tells fewer words of a transfer: no end, no digest.",
    ),
    Difference(
        (PODMAN,),
        ("execute*: *", "stats: *"),
        "Podman's own numbers: exit codes, statuses, no reading of a stopped container.",
    ),
    Difference(
        (PODMAN,),
        ("events_*: *",),
        "Podman has other words for events, and tells those of the past when its log is written.",
    ),
    Difference(
        (PODMAN,),
        ("login: login *",),
        "Podman logs in over TLS alone.",
    ),
    Difference(
        (PODMAN,),
        ("what_is_empty_here: *",),
        "Podman has no build cache to prune, and empty lists where Docker has `null`.",
    ),
    Difference(
        (PODMAN,),
        ("save_a_whole_repository: repository *",),
        "A name without a tag is `latest` to Podman.",
    ),
    Difference(
        (PODMAN,),
        ("load_*: *", "save_one_image: what is in it"),
        "Podman tells no layers at a load; its archive has layers under their own names.",
    ),
    Difference(
        (PODMAN,),
        ("archive_stat: *",),
        "Podman tells of each path where it leads, and of a symlink what is there.",
    ),
)
