"""The Engine as a whole: what it says of itself, and the disk that it fills."""

from __future__ import annotations

import json
import os
import time

from tui.engine import wire, wire_mirrors
from tui.engine.client import EngineClient
from tui.model.engine import NO_GAUGE, DiskGauge, Endpoint, EngineInfo
from tui.model.mirrors import EngineMirrors


def engine_info(client: EngineClient) -> EngineInfo:
    """Return what the header shows, anew (`GET /version`, `GET /info`)."""
    with client.asking() as api:
        version: object = api.version()
        info: object = api.info()
    return wire.engine_info(version, info, api_version=client.api_version)


def engine_mirrors(client: EngineClient) -> EngineMirrors:
    """Return the mirrors that are in force (`GET /info`)."""
    with client.asking() as api:
        info: object = api.info()
    return wire_mirrors.engine_mirrors(info)


def has_reloaded(client: EngineClient, since: float) -> bool:
    """Tell whether the Engine has read its settings again (`GET /events`, of the past alone).

    Args:
        client: The Engine.
        since: Seconds of the epoch, by the Engine's clock.
    """
    wanted = json.dumps({"type": ["daemon"], "event": ["reload"]})
    times = {"since": f"{since:.6f}", "until": f"{time.time():.6f}"}
    lines = client.lines("GET", "/events", params={**times, "filters": wanted})
    return any(wire.event(line).action == "reload" for line in lines)


def layers_size(client: EngineClient) -> int:
    """Return the bytes of all layers (`LayersSize` of `GET /system/df`).

    -1 where the Engine does not tell. Slow on the containerd store: seconds for
    1,000 images.
    """
    with client.asking(None) as api:
        answer: object = api.df()
    return wire.layers_size(answer)


def disk_gauge(endpoint: Endpoint, info: EngineInfo) -> DiskGauge:
    """Return how full the data root's file system is; NO_GAUGE where it is not ours to see.

    A unix socket may lead into a virtual machine (Docker Desktop) or to another
    host (forwarded by ssh): the Engine's host name must be this machine's.
    """
    if not endpoint.is_local or not info.data_root or info.name != os.uname().nodename:
        return NO_GAUGE
    try:
        status = os.statvfs(info.data_root)
    except OSError:
        return NO_GAUGE
    block = status.f_frsize
    # As df counts: what is reserved for root is neither used nor free.
    used = (status.f_blocks - status.f_bfree) * block
    free = status.f_bavail * block
    return DiskGauge(used=used, total=used + free, free=free)
