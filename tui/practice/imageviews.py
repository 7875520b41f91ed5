"""What the API tells of images: the list, one image in full, its history. Shapes of 20.10."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tui.practice.layers import chain_ids
from tui.practice.times import seconds, written

if TYPE_CHECKING:
    from tui.practice.hold import Hold
    from tui.practice.images import Image
    from tui.practice.names import Reference

SHOWN_ROOT: Final = Path("/var/lib/docker")
"""The data root that is told when everything is kept in memory."""

_CONFIG: Final[tuple[tuple[str, Any], ...]] = (
    ("Hostname", ""),
    ("Domainname", ""),
    ("User", ""),
    ("AttachStdin", False),
    ("AttachStdout", False),
    ("AttachStderr", False),
    ("ExposedPorts", ...),
    ("Tty", False),
    ("OpenStdin", False),
    ("StdinOnce", False),
    ("Env", None),
    ("Cmd", None),
    ("Healthcheck", ...),
    ("ArgsEscaped", ...),
    ("Image", ""),
    ("Volumes", None),
    ("WorkingDir", ""),
    ("Entrypoint", None),
    ("NetworkDisabled", ...),
    ("MacAddress", ...),
    ("OnBuild", None),
    ("Labels", None),
    ("StopSignal", ...),
    ("StopTimeout", ...),
    ("Shell", ...),
)
"""The fields of a config in Docker's order; `...`: left out if empty."""


def summaries(hold: Hold, *, usage: bool = False) -> list[dict[str, Any]]:
    """Return the images as `GET /images/json` lists them, newest first, no steps of others.

    Args:
        hold: The engine.
        usage: Fill `Containers` and `SharedSize` too, as `/system/df` does: bytes of the layers
            that another listed image has as well.
    """
    with hold.lock:
        shown = [(image, told) for image in hold.images.all() if (told := _listed(hold, image))]
        if usage:
            _fill_usage(hold, shown)
    return newest_first(told for _image, told in shown)


def layers_size(hold: Hold) -> int:
    """Return `LayersSize` of `/system/df`: bytes of the layers of the images that are listed.

    What only containers still hold, after a forced removal, does not count; so does 20.10.
    """
    with hold.lock:
        used = {
            layer.chain_id: layer.size
            for image in hold.images.all()
            if hold.images.references(image.image_id) or not hold.images.children(image.image_id)
            for layer in hold.layers.stack(image.top)
        }
    return sum(used.values())


def newest_first(found: Any) -> list[dict[str, Any]]:
    """Return summaries in the order of the list."""
    return sorted(found, key=lambda told: -int(told["Created"]))


def summary(hold: Hold, image: Image, names: list[Reference]) -> dict[str, Any]:
    """Return an image as the list tells it.

    Args:
        hold: The engine.
        image: The image.
        names: Those of its names that are told.
    """
    config = image.parsed()
    size = hold.images.size(image)
    return {
        "Containers": -1,
        "Created": seconds(str(config.get("created"))),
        "Id": image.image_id,
        "Labels": (config.get("config") or {}).get("Labels"),
        "ParentId": image.parent,
        "RepoDigests": [name.familiar for name in names if name.digest] or None,
        "RepoTags": [name.familiar for name in names if not name.digest] or None,
        "SharedSize": -1,
        "Size": size,
        "VirtualSize": size,
    }


def nameless(told: dict[str, Any]) -> dict[str, Any]:
    """Return a summary of an image without names."""
    return told | {"RepoDigests": ["<none>@<none>"], "RepoTags": ["<none>:<none>"]}


def details(hold: Hold, image: Image) -> dict[str, Any]:
    """Return an image as `GET /images/NAME/json` tells it."""
    config = image.parsed()
    steps = config.get("history") or []
    with hold.lock:
        tags, digests = hold.images.names_of(image.image_id)
        size = hold.images.size(image)
        driver = {"Data": _overlay(hold, image), "Name": "overlay2"}
        updated = hold.images.last_tag_time(image.image_id)
    own = config.get("config")
    variant, os_version = config.get("variant"), config.get("os.version")
    diff_ids = (config.get("rootfs") or {}).get("diff_ids")
    return {
        "Id": image.image_id,
        "RepoTags": tags,
        "RepoDigests": digests,
        "Parent": image.parent,
        "Comment": config.get("comment") or (steps[-1].get("comment", "") if steps else ""),
        "Created": written(str(config.get("created"))),
        "Container": config.get("container") or "",
        "ContainerConfig": config_told(config.get("container_config") or {}),
        "DockerVersion": config.get("docker_version") or "",
        "Author": config.get("author") or "",
        "Config": None if own is None else config_told(own),
        "Architecture": config.get("architecture") or "",
        **({"Variant": variant} if variant else {}),
        "Os": config.get("os") or "",
        **({"OsVersion": os_version} if os_version else {}),
        "Size": size,
        "VirtualSize": size,
        "GraphDriver": driver,
        "RootFS": {"Type": "layers", **({"Layers": diff_ids} if diff_ids else {})},
        "Metadata": {"LastTagTime": updated},
    }


def config_told(config: dict[str, Any]) -> dict[str, Any]:
    """Return a container's config with all fields, in the order in which Docker writes them."""
    told: dict[str, Any] = {}
    for name, empty in _CONFIG:
        value = config.get(name)
        if empty is not ...:
            told[name] = empty if value is None else value
        elif value or (name == "StopTimeout" and value is not None):
            told[name] = value
    return told


def history(hold: Hold, image: Image) -> list[dict[str, Any]]:
    """Return how an image came about as `GET /images/NAME/history` tells it, newest first.

    Raises:
        ValueError: the config tells of more layers in its history than it has.
    """
    config = image.parsed()
    chains = iter(chain_ids((config.get("rootfs") or {}).get("diff_ids") or []))
    steps: list[dict[str, Any]] = []
    with hold.lock:
        for step in config.get("history") or []:
            size = 0
            if not step.get("empty_layer"):
                chain_id = next(chains, None)
                if chain_id is None:
                    raise ValueError("too many non-empty layers in History section")
                size = hold.layers.get(chain_id).size
            steps.append(
                {
                    "Comment": step.get("comment") or "",
                    "Created": seconds(str(step.get("created"))),
                    "CreatedBy": step.get("created_by") or "",
                    "Id": "<missing>",
                    "Size": size,
                    "Tags": None,
                }
            )
        steps.reverse()
        here: Image | None = image
        for told in steps:
            if here is None:
                break
            told["Id"] = here.image_id
            told["Tags"] = hold.images.names_of(here.image_id)[0] or None
            here = hold.images.get(here.parent) if here.parent in hold.images else None
    return steps


def matcher(wanted: list[str]) -> Callable[[dict[str, str]], bool]:
    """Return a test of labels: all of these, each `NAME` or `NAME=VALUE`."""
    pairs = [text.partition("=") for text in wanted]

    def test(labels: dict[str, str]) -> bool:
        return all(
            name in labels and (not equals or labels[name] == value)
            for name, equals, value in pairs
        )

    return test


def _listed(hold: Hold, image: Image) -> dict[str, Any] | None:
    """Return the summary of an image; None if it has no name and is a step of another one."""
    names = hold.images.references(image.image_id)
    if names:
        return summary(hold, image, names)
    if hold.images.children(image.image_id):
        return None
    return nameless(summary(hold, image, []))


def _fill_usage(hold: Hold, shown: list[tuple[Image, dict[str, Any]]]) -> None:
    containers = Counter(container.image_id for container in hold.containers.all())
    stacks = {image.image_id: hold.layers.stack(image.top) for image, _told in shown}
    users = Counter(layer.chain_id for stack in stacks.values() for layer in stack)
    for image, told in shown:
        told["Containers"] = containers[image.image_id]
        told["SharedSize"] = sum(
            layer.size for layer in stacks[image.image_id] if users[layer.chain_id] > 1
        )


def _overlay(hold: Hold, image: Image) -> dict[str, str] | None:
    """Return where an image's layers lie, the lower ones from the top down; None without layers."""
    root = hold.settings.data_root or SHOWN_ROOT
    folders = [root / "overlay2" / layer.cache_id for layer in hold.layers.stack(image.top)][::-1]
    if not folders:
        return None
    lower = ":".join(str(folder / "diff") for folder in folders[1:])
    return {
        **({"LowerDir": lower} if lower else {}),
        "MergedDir": str(folders[0] / "merged"),
        "UpperDir": str(folders[0] / "diff"),
        "WorkDir": str(folders[0] / "work"),
    }
