"""What an image's config tells of how it runs, in a file or a registry, as inspect tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.model.image import ImageDetails


def details_of(config: Mapping[str, Any], image_id: str = "") -> ImageDetails:
    """Return the details in an image's config; what makes no sense counts as absent.

    Args:
        config: The JSON document that `config` of the manifest names.
        image_id: Its digest; empty where nobody knows.
    """
    inner = _table(config.get("config"))
    return ImageDetails(
        image_id,
        created=_text(config.get("created")),
        diff_ids=_strings(_table(config.get("rootfs")).get("diff_ids")),
        os=_text(config.get("os")),
        architecture=_text(config.get("architecture")),
        variant=_text(config.get("variant")),
        author=_text(config.get("author")),
        comment=_text(config.get("comment")),
        docker_version=_text(config.get("docker_version")),
        user=_text(inner.get("User")),
        working_dir=_text(inner.get("WorkingDir")),
        stop_signal=_text(inner.get("StopSignal")),
        entrypoint=_strings(inner.get("Entrypoint")),
        cmd=_strings(inner.get("Cmd")),
        env=_strings(inner.get("Env")),
        exposed_ports=tuple(sorted(_table(inner.get("ExposedPorts")))),
        volumes=tuple(sorted(_table(inner.get("Volumes")))),
        labels=tuple(
            sorted((key, _text(value)) for key, value in _table(inner.get("Labels")).items())
        ),
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: Any) -> tuple[str, ...]:
    """Return a list's strings; a shell's command may stand alone, as Docker accepts it."""
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
